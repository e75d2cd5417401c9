import { type Lifecycle, type Offering, type OfferingKey, offeringKey } from '../../model/offering.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import type { Worker } from '../state/fleet.ts';

/** How many workers there are, in flight included, by what the choice of the next one depends on. */
export interface FleetMix {
  readonly total: number;
  readonly spot: number;
  readonly byZone: ReadonlyMap<string, number>;
  readonly spotByType: ReadonlyMap<string, number>;
}

type MixPart = Pick<Worker, 'zone' | 'lifecycle' | 'type'>;

export function mixOf(workers: readonly MixPart[]): FleetMix {
  const [byZone, spotByType] = [new Map<string, number>(), new Map<string, number>()];
  let spot = 0;
  for (const { zone, type, lifecycle } of workers) {
    if (zone !== undefined) byZone.set(zone, (byZone.get(zone) ?? 0) + 1);
    if (lifecycle !== 'spot') continue;
    spot += 1;
    if (type !== undefined) spotByType.set(type, (spotByType.get(type) ?? 0) + 1);
  }
  return { total: workers.length, spot, byZone, spotByType };
}

/** How many workers the most crowded of these zones has more than the least crowded. */
export function zoneSpread({ byZone }: FleetMix, zones: readonly string[]): number {
  const counts = zones.map((zone) => byZone.get(zone) ?? 0);
  return counts.length === 0 ? 0 : Math.max(...counts) - Math.min(...counts);
}

/** The mix with one more worker. */
export function withWorker(mix: FleetMix, { zone, type, lifecycle }: MixPart): FleetMix {
  const isSpot = lifecycle === 'spot';
  return {
    total: mix.total + 1,
    spot: mix.spot + (isSpot ? 1 : 0),
    byZone: zone === undefined ? mix.byZone : oneMore(mix.byZone, zone),
    spotByType: isSpot && type !== undefined ? oneMore(mix.spotByType, type) : mix.spotByType,
  };
}

function oneMore(counts: ReadonlyMap<string, number>, key: string): ReadonlyMap<string, number> {
  return new Map(counts).set(key, (counts.get(key) ?? 0) + 1);
}

/**
 * How many of `total` workers should be spot: `percent` of those above `onDemandBase`, to the nearest whole number, an
 * exact half to on-demand. With 70 % above 2: 2→0, 3→1, 4→1, 5→2, 6→3, 7→3, 8→4, 9→5, 10→6 (R73, R74).
 */
export function spotTarget(total: number, spot: Policy['spot']): number {
  const above = Math.max(0, total - spot.onDemandBase);
  return Math.max(0, Math.ceil((above * spot.percent) / 100 - 0.5));
}

/** The lifecycle that the next worker should have to keep the share. */
export function nextLifecycle(mix: FleetMix, spot: Policy['spot']): Lifecycle {
  return mix.spot < spotTarget(mix.total + 1, spot) ? 'spot' : 'on-demand';
}

export interface RankOptions {
  readonly lifecycle: Lifecycle;
  readonly mix: FleetMix;
  /** What an offering costs for what it is wanted for, USD per hour. Unknown comes last. */
  readonly costOf: (offering: Offering) => number | undefined;
  /** `spot.spreadPercent` of the policy. */
  readonly spreadPercent: number;
  /** Of zones that are equally crowded, the one to take first; `undefined`: the cheapest. */
  readonly preferredZone?: string | undefined;
  /** Offerings that come after all others, whatever they cost. @default none */
  readonly isUnproven?: (key: OfferingKey) => boolean;
}

/**
 * Orders offerings by preference: the wanted lifecycle, then the zone with the fewest workers, among equals the preferred zone,
 * then cost (spread over the types of spot), then name.
 * Spot is followed by on-demand as its fallback; on-demand by nothing, unless only spot is there to choose. Unproven ones come last.
 */
export function rankOfferings(offerings: readonly Offering[], options: RankOptions): readonly Offering[] {
  const { lifecycle, isUnproven = () => false } = options;
  const wanted = offerings.filter((offering) => offering.lifecycle === lifecycle);
  const others = offerings.filter((offering) => offering.lifecycle !== lifecycle);
  const isWantedAlone = lifecycle === 'on-demand' && wanted.length > 0;
  const order = (some: readonly Offering[]) => [...some].sort((a, b) => compare(a, b, options));
  const ranked = isWantedAlone ? order(wanted) : [...order(wanted), ...order(others)];
  const unproven = new Set(ranked.filter((offering) => isUnproven(offeringKey(offering))));
  return [...ranked.filter((offering) => !unproven.has(offering)), ...unproven];
}

function compare(a: Offering, b: Offering, options: RankOptions): number {
  const { mix } = options;
  const byZone = (mix.byZone.get(a.zone) ?? 0) - (mix.byZone.get(b.zone) ?? 0);
  if (byZone !== 0) return byZone;
  const byPreference = Number(b.zone === options.preferredZone) - Number(a.zone === options.preferredZone);
  if (byPreference !== 0) return byPreference;
  const costA = spreadCost(a, options);
  const costB = spreadCost(b, options);
  if (costA !== costB) return costA < costB ? -1 : 1;
  return offeringKey(a) < offeringKey(b) ? -1 : 1;
}

/** Spot instances of one type tend to be interrupted together, so each spot worker of a type raises the cost of the next one. */
function spreadCost(offering: Offering, { mix, costOf, spreadPercent }: RankOptions): number {
  const cost = costOf(offering) ?? Number.POSITIVE_INFINITY;
  if (offering.lifecycle !== 'spot') return cost;
  return cost * (1 + (spreadPercent / 100) * (mix.spotByType.get(offering.type) ?? 0));
}
