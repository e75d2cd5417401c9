/**
 * The packing problem in numbers: groups of equal pods, nodes that exist, nodes that can be bought, and tables of offers.
 * What the other rooms of packing use of `model/`; they import it from here alone.
 */

export { buyableNode } from './model/buyable-node.ts';
export type { BuyableNode, PresentNode } from './model/nodes.ts';
export { NO_ROW, type OfferTable } from './model/offer-table.ts';
export { NO_TABLE, OfferTables } from './model/offer-tables.ts';
export { modelOf, type PackingModel, type PackingProblem } from './model/packing-model.ts';
export type { PodGroup } from './model/pod-groups.ts';
export { CPU, MEMORY } from './model/resource-dimensions.ts';
export { shadowPricesOf } from './model/shadow-prices.ts';
