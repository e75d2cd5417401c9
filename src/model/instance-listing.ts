import type { Instance } from './instance.ts';
import { memoizeByIdentity } from './memoize-by-identity.ts';

/** EC2's list of the fleet, with what is known about it. */
export interface InstanceListing {
  /** As EC2 answered, with the states that were announced since. */
  readonly instances: readonly Instance[];
  /** When EC2 was asked, as a time of day: what happened later may be missing. */
  readonly askedAtMs: number;
  /** The same moment on the monotonic clock. */
  readonly askedAtMonotonicMs: number;
  /** Why the list cannot be right; `undefined` where nothing speaks against it. A doubted list proves nothing missing. */
  readonly doubt: string | undefined;
}

/** How old a listing may be, and who no longer waits for it. */
export interface ListingQuery {
  readonly maxAgeMs: number;
  readonly signal: AbortSignal;
}

/** The ids of a list. */
export const instanceIdsOf = memoizeByIdentity(
  (instances: readonly Instance[]): ReadonlySet<string> => new Set(instances.map(({ id }) => id)),
);
