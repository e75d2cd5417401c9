import { type InstanceListing, instanceIdsOf } from '../../model/instance-listing.ts';

/** Since when instances are missing from EC2's lists, of which one that is doubted proves nothing. */
export class MissingInstances {
  readonly #sinceMs = new Map<string, number>();

  /** For how long all lists lack the instance, up to this one; 0 when it names it, is doubted, or is the first to lack it. */
  forMs(instanceId: string, listing: InstanceListing): number {
    if (listing.doubt !== undefined || instanceIdsOf(listing.instances).has(instanceId)) {
      this.#sinceMs.delete(instanceId);
      return 0;
    }
    const askedAtMs = listing.askedAtMonotonicMs;
    const sinceMs = this.#sinceMs.get(instanceId) ?? askedAtMs;
    this.#sinceMs.set(instanceId, sinceMs);
    return askedAtMs - sinceMs;
  }

  forget(instanceId: string): void {
    this.#sinceMs.delete(instanceId);
  }
}
