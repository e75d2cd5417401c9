/**
 * Placement rules: which nodes a pod may be on by labels and taints, and what affinity, anti-affinity and topology spread count.
 * What the other rooms of packing use of `rules/`; they import it from here alone.
 */

export { barrier, type NodeChoice, type Place, type PlacementBarrier, placeOf, ZONE } from './rules/place.ts';
export { NO_DOMAIN, TopologyClasses } from './rules/topology-classes.ts';
export { affinityScoreOf, TopologyCounts } from './rules/topology-counts.ts';
export { type DomainRule, HOST, HOSTNAME, type RuleSet, TopologyRules } from './rules/topology-rules.ts';
export { ValueInterner } from './rules/value-interner.ts';
