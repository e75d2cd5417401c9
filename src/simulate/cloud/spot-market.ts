import { allocatableOf, instanceType } from '../../catalogue/instance-type.ts';
import { interruptionsPerHour } from '../../catalogue/interruption-rate.ts';
import { onDemandPriceUsdPerHour, typicalSpotPriceUsdPerHour } from '../../catalogue/list-price.ts';
import { offeringBurst } from '../../catalogue/offering-burst.ts';
import { type Offering, type OfferingKey, offeringKey, regionOf } from '../../model/offering.ts';
import type { OfferingQuery } from '../../ports.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';

/** Spot prices move a few times a day, in small steps (facts: EC2 41); here each offering's every hour. */
const STEP_MS = 3_600_000;
const MAX_STEP = 0.06;
/** How far a price may wander from its typical value; it never exceeds on-demand. */
const MIN_FACTOR = 0.7;
const MAX_FACTOR = 1.8;
/** Where the catalogue has no spot price for a zone. */
const USUAL_SPOT_SHARE = 0.38;

/** What can be bought in the simulated region and at which price now. */
export class SpotMarket {
  readonly #random: RandomStream;
  readonly #streams = new Map<OfferingKey, RandomStream>();
  readonly #factors = new Map<OfferingKey, number>();
  readonly #offerings = new Map<OfferingKey, Offering>();

  constructor(random: RandomStream, clock: VirtualClock) {
    this.#random = random;
    clock.every(STEP_MS, () => this.#step());
  }

  /** The offerings of these types and zones; a type that the catalogue does not have is left out. */
  offerings(wanted: OfferingQuery): readonly Offering[] {
    return wanted.types.flatMap((type) =>
      wanted.zones.flatMap((zone) =>
        (['on-demand', 'spot'] as const).flatMap((lifecycle) => {
          const offering = this.offering({ type, zone, lifecycle });
          return offering === undefined ? [] : [offering];
        }),
      ),
    );
  }

  offering(named: Pick<Offering, 'type' | 'zone' | 'lifecycle'>): Offering | undefined {
    const key = offeringKey(named);
    const known = this.#offerings.get(key);
    if (known !== undefined) return known;
    const type = instanceType(named.type);
    const region = regionOf(named.zone);
    const onDemand = onDemandPriceUsdPerHour(region, named.type);
    if (type === undefined || onDemand === undefined) return undefined;
    const offering: Offering = {
      type: named.type,
      zone: named.zone,
      lifecycle: named.lifecycle,
      arch: type.arch,
      priceUsdPerHour: named.lifecycle === 'on-demand' ? onDemand : this.#spotPrice(key, region, named),
      allocatable: allocatableOf(type),
      ...offeringBurst(type),
      ...(named.lifecycle === 'spot' ? { interruptionsPerHour: interruptionsPerHour(named.type) } : {}),
    };
    this.#offerings.set(key, offering);
    return offering;
  }

  /** The offerings that anyone has asked for so far. */
  known(): readonly OfferingKey[] {
    return [...this.#offerings.keys()];
  }

  /** An hour passes: each price walks on a stream of its own. */
  #step(): void {
    for (const [key, offering] of this.#offerings) {
      if (offering.lifecycle === 'on-demand') continue;
      const priceUsdPerHour = this.#spotPrice(key, regionOf(offering.zone), offering);
      this.#offerings.set(key, { ...offering, priceUsdPerHour });
    }
  }

  #spotPrice(key: OfferingKey, region: string, { type, zone }: Pick<Offering, 'type' | 'zone'>): number {
    const onDemand = onDemandPriceUsdPerHour(region, type) ?? 0;
    const typical = typicalSpotPriceUsdPerHour(region, type, zone) ?? onDemand * USUAL_SPOT_SHARE;
    const before = this.#factors.get(key);
    const factor = before === undefined ? this.#stream(key).between(0.85, 1.15) : this.#walk(key, before);
    this.#factors.set(key, factor);
    return Math.round(Math.min(onDemand, typical * factor) * 1e6) / 1e6;
  }

  #walk(key: OfferingKey, factor: number): number {
    const step = 1 + this.#stream(key).between(-MAX_STEP, MAX_STEP);
    return Math.min(MAX_FACTOR, Math.max(MIN_FACTOR, factor * step));
  }

  #stream(key: OfferingKey): RandomStream {
    const stream = this.#streams.get(key) ?? this.#random.stream(key);
    this.#streams.set(key, stream);
    return stream;
  }
}
