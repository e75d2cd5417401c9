import type { Resources } from './resources.ts';

/** How an instance is bought. */
export type Lifecycle = 'spot' | 'on-demand';

/** One thing that can be bought: an instance type in a zone under a lifecycle, with what pods may use of it. */
export interface Offering {
  readonly type: string;
  readonly zone: string;
  readonly lifecycle: Lifecycle;
  readonly arch: string;
  /** USD per hour now; `undefined` when unknown, which is never read as free. */
  readonly priceUsdPerHour: number | undefined;
  /** What a node of this type offers to pods, system reserves already taken off. */
  readonly allocatable: Resources;
}

/** What names an offering: rests after capacity errors and prices are kept under this key. */
export type OfferingKey = `${string}/${string}/${Lifecycle}`;

/** The key of an offering, `type/zone/lifecycle`. */
export function offeringKey(offering: Pick<Offering, 'type' | 'zone' | 'lifecycle'>): OfferingKey {
  return `${offering.type}/${offering.zone}/${offering.lifecycle}`;
}
