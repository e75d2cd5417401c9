/**
 * Filling: puts pods on nodes one by one, where the fleet's price rises least, and under all rules where the order of binding matters.
 * What the other rooms of packing use of `filling/`; they import it from here alone.
 */

export { BinFleet, type PackableFleet, type PackingContext, packingContextOf } from './filling/bin-fleet.ts';
export {
  ConstrainedPlacement,
  isBoundToDomain,
  needsOrderedPlacement,
  type OrderedPlacement,
  prefersDomain,
} from './filling/constrained-placement.ts';
export type { Step } from './filling/fill-choice.ts';
export { GreedyPlacer } from './filling/greedy-placer.ts';
export { isValidInBindingOrder, satisfiesHostRules } from './filling/host-rules.ts';
export { type Batch, type Item, NodeBin } from './filling/node-bin.ts';
export type { PodBatch } from './filling/placer-options.ts';
export { RankedBins } from './filling/ranked-bins.ts';
export { seededRandom } from './filling/seeded-random.ts';
export {
  bindingOrderOf,
  type Order,
  placementOrder,
  placementOrders,
  strategiesFor,
  type Strategy,
} from './filling/strategies.ts';
