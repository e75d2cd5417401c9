/**
 * Search: packs new nodes in several ways, looks for a cheaper fleet around the best, and tries everything for few pods.
 * What the other rooms of packing use of `search/`; they import it from here alone.
 */

export { improveByLocalSearch } from './search/local-search.ts';
export { packNewNodes } from './search/pack-new-nodes.ts';
