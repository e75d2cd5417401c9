import type { Instance } from '../../model/instance.ts';
import type { Offering } from '../../model/offering.ts';
import type { MachineFate } from './machine-fate.ts';

/** What the machines tell the rest of the world. */
export interface Machines {
  /** The machine starts to boot; `fate` is what becomes of it where that is settled. */
  started(instance: Instance, offering: Offering, fate?: MachineFate): void;
  /** The machine stops; its disk stays. */
  stopped(instanceId: string): void;
  /** The machine boots again, with the disk that it had. */
  restarted(instanceId: string): void;
  /** The machine is gone, whoever ended it. */
  ended(instanceId: string): void;
}
