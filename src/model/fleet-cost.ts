import { type Instance, isAlive } from './instance.ts';

/** A sum of which some parts may be unknown; what is unknown is counted apart and never taken for zero. */
export interface KnownSum {
  readonly known: number;
  /** How many parts are not in `known`. */
  readonly unknown: number;
}

/** What instances cost an hour: the sum of known prices, and how many have none. */
export interface FleetCost {
  readonly usdPerHour: number;
  readonly unpriced: number;
}

/** Adds up what is known, in the order given. */
export function knownSum(amounts: Iterable<number | undefined>): KnownSum {
  let known = 0;
  let unknown = 0;
  for (const amount of amounts) {
    if (amount === undefined) unknown += 1;
    else known += amount;
  }
  return { known, unknown };
}

/** The sum where all of it is known, else `undefined`. */
export function exactly({ known, unknown }: KnownSum): number | undefined {
  return unknown === 0 ? known : undefined;
}

/** What the instances that cost money cost now, at their own prices. */
export function fleetCost(instances: readonly Instance[]): FleetCost {
  const prices = instances.filter(isAlive).map(({ priceUsdPerHour }) => priceUsdPerHour);
  const { known, unknown } = knownSum(prices);
  return { usdPerHour: known, unpriced: unknown };
}

/** The cost where every price is known, else `undefined`: USD per hour. */
export function exactCost({ usdPerHour, unpriced }: FleetCost): number | undefined {
  return exactly({ known: usdPerHour, unknown: unpriced });
}
