import { csiNodeResource } from './attach-limits.ts';
import { disruptionBudgetResource } from './disruption-budget-resource.ts';
import { namespaceResource } from './namespace-resource.ts';
import { nodeResource } from './node-resource.ts';
import { podResource } from './pod-resource.ts';
import { claimResource, storageClassResource, volumeResource } from './volume-resource.ts';
import { daemonSetResource, replicaSetResource, statefulSetResource } from './workload-resource.ts';

/** Everything that is mirrored of a cluster, live or from a dump. */
export function mirroredResources() {
  return {
    nodes: nodeResource,
    pods: podResource(),
    budgets: disruptionBudgetResource,
    daemons: daemonSetResource,
    replicaSets: replicaSetResource,
    statefulSets: statefulSetResource,
    volumes: volumeResource,
    claims: claimResource,
    storageClasses: storageClassResource,
    csiNodes: csiNodeResource,
    namespaces: namespaceResource,
  };
}
