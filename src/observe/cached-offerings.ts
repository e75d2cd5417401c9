import { memoizeByIdentity } from '../model/memoize-by-identity.ts';
import type { Offering } from '../model/offering.ts';
import { type Clock, type Cloud, type OfferingQuery, PortError } from '../ports.ts';
import { withDeadline } from '../time/with-deadline.ts';

/** Offerings and prices change slowly: an answer up to this age is used while the next one is fetched. */
const FRESH_MS = 300_000;
const DEADLINE_MS = 10_000;

/** What may be bought. Only the first answer is waited for; later ones come in the background, failures keep the last. */
export class CachedOfferings {
  readonly #cloud: Cloud;
  readonly #clock: Clock;
  #last: readonly Offering[] = [];
  #key = '';
  #requestedAtMs = Number.NEGATIVE_INFINITY;
  #pending: Promise<void> | undefined;

  constructor(cloud: Cloud, clock: Clock) {
    this.#cloud = cloud;
    this.#clock = clock;
  }

  /** Never anything that `wanted` does not allow; empty when EC2 has never answered. */
  async get(wanted: OfferingQuery, signal: AbortSignal): Promise<readonly Offering[]> {
    const key = keyOf(wanted.types)(wanted.zones);
    const isOld = this.#clock.monotonicMs() - this.#requestedAtMs > FRESH_MS;
    if (key !== this.#key) await this.#request(wanted, key, signal);
    else if (isOld) void this.#request(wanted, key, signal);
    if (key === this.#key) return this.#last;
    return this.#last.filter(({ type, zone }) => wanted.types.includes(type) && wanted.zones.includes(zone));
  }

  #request(wanted: OfferingQuery, key: string, signal: AbortSignal): Promise<void> {
    this.#pending ??= this.#fetch(wanted, key, signal).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #fetch(wanted: OfferingQuery, key: string, signal: AbortSignal): Promise<void> {
    this.#requestedAtMs = this.#clock.monotonicMs();
    try {
      this.#last = await withDeadline(
        this.#clock,
        { what: 'EC2 (offerings)', deadlineMs: DEADLINE_MS, signal },
        (deadline) => this.#cloud.offerings(wanted, deadline),
      );
      this.#key = key;
    } catch (error) {
      // The last answer stays; the next round asks again when it never came, otherwise when this one would be old.
      if (!(error instanceof PortError) && !signal.aborted) throw error;
    }
  }
}

/** Names what is wanted; a policy's lists are the same objects round after round. */
const keyOf = memoizeByIdentity((types: readonly string[]) =>
  memoizeByIdentity((zones: readonly string[]) => JSON.stringify([types, zones])),
);
