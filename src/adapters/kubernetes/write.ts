/**
 * Writes to Nodes and Pods: cordon, evict, delete, annotate.
 * What the other rooms use of `write/`; they import it from here alone.
 */

export { KubernetesCluster } from './write/kubernetes-cluster.ts';
