import type { Offering } from '../model/offering.ts';
import { type Clock, type Cloud, type OfferingQuery, PortError } from '../ports.ts';
import { withDeadline } from '../time/with-deadline.ts';

/** Prices and what is offered change slowly; so old an answer is still used while the next is fetched. */
const FRESH_MS = 300_000;
const DEADLINE_MS = 10_000;

/** What may be bought. Only the first answer is waited for; later ones come in the background, failures keep the last. */
export class CachedOfferings {
  readonly #cloud: Cloud;
  readonly #clock: Clock;
  #last: readonly Offering[] = [];
  #key = '';
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(cloud: Cloud, clock: Clock) {
    this.#cloud = cloud;
    this.#clock = clock;
  }

  /** Never anything that `wanted` does not allow; empty when EC2 has never answered. */
  async get(wanted: OfferingQuery, signal: AbortSignal): Promise<readonly Offering[]> {
    const key = JSON.stringify([wanted.types, wanted.zones]);
    const isOld = this.#clock.monotonicMs() - this.#askedAtMs > FRESH_MS;
    if (key !== this.#key) await this.#ask(wanted, key, signal);
    else if (isOld) void this.#ask(wanted, key, signal);
    if (key === this.#key) return this.#last;
    return this.#last.filter(({ type, zone }) => wanted.types.includes(type) && wanted.zones.includes(zone));
  }

  #ask(wanted: OfferingQuery, key: string, signal: AbortSignal): Promise<void> {
    this.#asking ??= this.#fetch(wanted, key, signal).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #fetch(wanted: OfferingQuery, key: string, signal: AbortSignal): Promise<void> {
    this.#askedAtMs = this.#clock.monotonicMs();
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
