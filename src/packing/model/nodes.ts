import type { Offering } from '../../model/offering.ts';
import type { Pod } from '../../model/pod.ts';
import type { Resources } from '../../model/resources.ts';
import type { Place } from '../rules.ts';

/** A node that may be bought. */
export interface BuyableNode {
  readonly offering: Offering;
  readonly place: Place;
  /** What pods may use of it, DaemonSets that will run there taken off. */
  readonly free: Resources;
  /** What it is taken to cost. */
  readonly costUsdPerHour: number;
}

/** A node that is there or boots. */
export interface PresentNode {
  readonly place: Place;
  /** Whether pods may still be put here; a cordoned or unready node only counts for topology. */
  readonly isOpen: boolean;
  /** What is left of it beside `pods`. */
  readonly free: Resources;
  /** Who stands there, or is about to. */
  readonly pods: readonly Pod[];
}
