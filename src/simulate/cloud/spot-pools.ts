import { type OfferingKey, parseOfferingKey } from '../../model/offering.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { SpotMarket } from './spot-market.ts';

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

/** The offerings that EC2 tries for one call, in its order: a call has the lifecycle of its first, and spot may have pools to choose from. */
export function offeringsTried(
  offerings: readonly OfferingKey[],
  market: SpotMarket,
  pools: SpotPools | undefined,
): readonly OfferingKey[] {
  const [first] = offerings;
  if (first === undefined) return [];
  const { lifecycle } = parseOfferingKey(first);
  const ofOneCall = offerings.filter((key) => parseOfferingKey(key).lifecycle === lifecycle);
  if (lifecycle !== 'spot' || pools === undefined) return ofOneCall;
  return pools.chosen(ofOneCall, (key) => market.offering(parseOfferingKey(key))?.priceUsdPerHour);
}
