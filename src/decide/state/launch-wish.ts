import type { OfferingKey } from '../../model/offering.ts';
import type { Replaced, WarmInstance } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';

/** One node that a demand wants, before the bounds. */
export interface LaunchWish {
  readonly offerings: readonly OfferingKey[];
  readonly nominatedPods: readonly string[];
  readonly reasons: readonly Reason[];
  readonly startsCooldown: boolean;
  readonly replaces?: Replaced;
  readonly consolidates?: readonly string[];
  readonly forPool?: true;
  readonly starts?: WarmInstance;
}
