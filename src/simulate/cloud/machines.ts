import type { Instance } from '../../model/instance.ts';
import type { Offering } from '../../model/offering.ts';

/** What the machines tell the rest of the world. */
export interface Machines {
  /** The machine starts to boot. */
  started(instance: Instance, offering: Offering): void;
  /** The machine stops; its disk stays. */
  stopped(instanceId: string): void;
  /** The machine boots again, with the disk that it had. */
  restarted(instanceId: string): void;
  /** The machine is gone, whoever ended it. */
  ended(instanceId: string): void;
}
