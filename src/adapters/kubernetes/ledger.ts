/**
 * The ledger and the lease as objects of the cluster.
 * What the other rooms use of `ledger/`; they import it from here alone.
 */

export { KubeLeaseStore } from './ledger/kube-lease-store.ts';
export { KubernetesLedger } from './ledger/kubernetes-ledger.ts';
