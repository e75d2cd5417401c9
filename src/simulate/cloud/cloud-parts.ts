import type { BillTerms } from '../../model/instance-bill.ts';
import type { EventLog } from '../base/event-log.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import type { Machines } from './machines.ts';
import type { SimulatedQueue } from './simulated-queue.ts';

/** What the simulated EC2 stands in. */
export interface CloudParts {
  readonly clock: VirtualClock;
  readonly log: EventLog;
  readonly random: RandomStream;
  readonly machines: Machines;
  /** Where it announces what happens to instances. */
  readonly queue: SimulatedQueue;
  /** Disks and credit modes, as launch templates have them now. */
  readonly billTerms: () => BillTerms;
  readonly onInterruption?: () => void;
  /** Whether EC2 chooses spot by the depth of its pools. */
  readonly hasSpotPools?: boolean;
}
