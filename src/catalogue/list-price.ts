import { knownPriceUsdPerHour } from './all-types.ts';
import { PRICE_TABLE, PRICED_REGIONS, type PriceRow, SPOT_SNAPSHOT_REGION } from './price-table.ts';

/** When the figures were last known to be right, for whoever shows a price (ISO dates). */
export const PRICES_AS_OF = { onDemand: '2026-08-12', spot: '2025-05-28' } as const;

const rows: ReadonlyMap<string, PriceRow> = new Map(PRICE_TABLE.map((row) => [row.name, row]));

/** The list price of the type in the region, or `undefined` when the catalogue does not have it; never zero. */
export function onDemandPriceUsdPerHour(region: string, type: string): number | undefined {
  const column = PRICED_REGIONS.findIndex((priced) => priced === region);
  return rows.get(type)?.onDemand[column] ?? knownPriceUsdPerHour(region, type);
}

/**
 * What spot typically costs: the mean of 30 days without a zone, the snapshot's price with one; `undefined` for a region,
 * zone or type that the snapshot does not have.
 *
 * The snapshot holds three prices a type and does not say which zone each belongs to. They are dealt to the zones a, b
 * and c in an order that depends on the type's name, so that no zone is the cheapest for every type. Good for estimates
 * and simulation; what a zone costs now, only EC2 knows.
 */
export function typicalSpotPriceUsdPerHour(region: string, type: string, zone?: string): number | undefined {
  const row = region === SPOT_SNAPSHOT_REGION ? rows.get(type) : undefined;
  if (row === undefined || zone === undefined) return row?.spotMean;
  const place = ['a', 'b', 'c'].findIndex((letter) => zone === `${region}${letter}`);
  if (place < 0) return undefined;
  return row.spotByZone[(place + rotationOf(type)) % row.spotByZone.length];
}

/** A number that depends on the name alone. */
function rotationOf(name: string): number {
  return Array.from(name).reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
}
