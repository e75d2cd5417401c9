import {
  lifecycleOf,
  type Offering,
  type OfferingKey,
  parseOfferingKey,
  sharingLifecycle,
} from '../../model/offering.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { CloudParts } from './cloud-parts.ts';

/** How much deeper the deepest pool is than the shallowest. */
const DEPTH = { min: 1, max: 10 } as const;
/** A pool's depth changes this often. */
const STEP_MS = 3_600_000;
/** Depths within this share of the deepest are equal: then the price decides. */
const ALIKE_SHARE = 0.25;

/** How deep the spot pools are, hour by hour: a pool is one type in one zone. */
export class SpotPools {
  readonly #random: RandomStream;
  readonly #clock: { monotonicMs(): number };

  constructor(random: RandomStream, clock: { monotonicMs(): number }) {
    this.#random = random;
    this.#clock = clock;
  }

  /**
   * The offerings of a spot launch in the order in which EC2 tries them (`price-capacity-optimized`): the deepest pools first, among
   * those about as deep the cheapest.
   */
  chosen(
    offerings: readonly OfferingKey[],
    priceOf: (key: OfferingKey) => number | undefined,
  ): readonly OfferingKey[] {
    const depths = new Map(offerings.map((key) => [key, this.#depthOf(key)]));
    const deepest = Math.max(...depths.values());
    const isDeep = (key: OfferingKey) => (depths.get(key) ?? 0) >= deepest * (1 - ALIKE_SHARE);
    const price = (key: OfferingKey) => priceOf(key) ?? Number.POSITIVE_INFINITY;
    const deep = offerings.filter(isDeep).toSorted((a, b) => price(a) - price(b));
    const others = offerings
      .filter((key) => !isDeep(key))
      .toSorted((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0));
    return [...deep, ...others];
  }

  /** Drawn anew each hour from a stream of its own, so that it does not depend on who asks. */
  #depthOf(key: OfferingKey): number {
    const { type, zone } = parseOfferingKey(key);
    const hour = Math.floor(this.#clock.monotonicMs() / STEP_MS);
    return this.#random.stream(`${type}/${zone}/${hour}`).between(DEPTH.min, DEPTH.max);
  }
}

/** In which order EC2 tries the offerings of one call. */
export type OfferingChoice = (offerings: readonly OfferingKey[]) => readonly OfferingKey[];

/** A call has the lifecycle of its first offering; on-demand is tried in the order given, spot so where there are no pools. */
export function offeringChoice(
  { hasSpotPools = false, random, clock }: Pick<CloudParts, 'hasSpotPools' | 'random' | 'clock'>,
  offeringOf: (key: OfferingKey) => Offering | undefined,
): OfferingChoice {
  const pools = hasSpotPools ? new SpotPools(random.stream('spot-pools'), clock) : undefined;
  return (offerings) => {
    const ofOneCall = sharingLifecycle(offerings);
    const [first] = ofOneCall;
    if (first === undefined || lifecycleOf(first) !== 'spot' || pools === undefined) return ofOneCall;
    return pools.chosen(ofOneCall, (key) => offeringOf(key)?.priceUsdPerHour);
  };
}
