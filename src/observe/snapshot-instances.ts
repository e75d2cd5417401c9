import { type InstanceListing, instanceIdsOf } from '../model/instance-listing.ts';
import type { Instance } from '../model/instance.ts';
import { memoizeByIdentity } from '../model/memoize-by-identity.ts';
import type { Node } from '../model/node.ts';
import type { Operation } from '../model/operation.ts';
import type { Observed } from '../model/snapshot.ts';
import { type Clock, PortError } from '../ports.ts';
import type { InstanceCache } from './instance-cache.ts';

/** A list this young is used again: a round for pods that wait must not wait for EC2. */
const FRESH_MS = 10_000;
/** From this age on the next list is fetched beside the rounds, so that they seldom have to wait. */
const REFRESH_AFTER_MS = FRESH_MS / 2;

/** What a list must speak for to be used again. */
export interface FreshnessRequirement {
  readonly nodes: readonly Node[];
  readonly operations: readonly Operation[];
}

/**
 * EC2's list as snapshots use it. A launch in flight is known from the ledger whether EC2 lists it or not, so a list of a few
 * seconds ago is as good for buying; it is asked for anew, and waited for, once it is old, lacks the machine of a node, or an
 * operation has ended since. Unknown, with the reason, when EC2 does not answer or what it lists cannot be.
 */
export class SnapshotInstances {
  readonly #cache: InstanceCache;
  readonly #clock: Clock;
  /** Machines of nodes that EC2 did not list even when it was asked for them: they wait for the next refresh. */
  #unlisted: ReadonlySet<string> = new Set();

  constructor(cache: InstanceCache, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  async get(required: FreshnessRequirement, signal: AbortSignal): Promise<Observed<readonly Instance[]>> {
    const latest = this.#cache.latest();
    if (latest === undefined || !this.#speaksFor(latest, required)) return this.#fetch(required, signal);
    if (this.#ageMs(latest) >= REFRESH_AFTER_MS) this.#refresh(signal);
    return believed(latest);
  }

  #speaksFor(listing: InstanceListing, required: FreshnessRequirement): boolean {
    if (this.#ageMs(listing) >= FRESH_MS) return false;
    if (lastEndMs(required.operations) >= listing.askedAtMs) return false;
    return missingOf(listing, required.nodes).every((id) => this.#unlisted.has(id));
  }

  #ageMs({ askedAtMonotonicMs }: InstanceListing): number {
    return this.#clock.monotonicMs() - askedAtMonotonicMs;
  }

  async #fetch({ nodes }: FreshnessRequirement, signal: AbortSignal): Promise<Observed<readonly Instance[]>> {
    try {
      const listing = await this.#cache.list({ maxAgeMs: 0, signal });
      this.#unlisted = new Set(missingOf(listing, nodes));
      return believed(listing);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return { status: 'unknown', why: error.message };
    }
  }

  /** A failure shows once the list is old. */
  #refresh(signal: AbortSignal): void {
    this.#cache.list({ maxAgeMs: REFRESH_AFTER_MS - 1, signal }).catch((error: unknown) => {
      if (!(error instanceof PortError)) throw error;
    });
  }
}

/** When the latest of them ended. */
const lastEndMs = memoizeByIdentity((operations: readonly Operation[]): number =>
  operations.reduce(
    (last, { endedAtMs = Number.NEGATIVE_INFINITY }) => Math.max(last, endedAtMs),
    Number.NEGATIVE_INFINITY,
  ),
);

function missingOf({ instances }: InstanceListing, nodes: readonly Node[]): readonly string[] {
  const listed = instanceIdsOf(instances);
  return nodes.flatMap(({ instanceId }) =>
    instanceId === undefined || listed.has(instanceId) ? [] : [instanceId],
  );
}

function believed({ instances, doubt }: InstanceListing): Observed<readonly Instance[]> {
  return doubt === undefined ? { status: 'known', value: instances } : { status: 'unknown', why: doubt };
}
