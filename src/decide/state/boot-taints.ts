import { STARTUP_TAINT_KEY } from '../../model/node.ts';

/** Taints that a node sheds by itself while it boots: ours, Kubernetes' own, and those of common network and storage drivers. */
const BOOT_TAINTS: ReadonlySet<string> = new Set([
  STARTUP_TAINT_KEY,
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/network-unavailable',
  'node.cloudprovider.kubernetes.io/uninitialized',
]);
/** Cilium, the EBS, EFS and FSx drivers, and others alike. */
const AGENT_NOT_READY = /\/agent-not-ready$/;
/** Cluster Autoscaler's prefixes for taints that go by themselves. */
const STARTUP_PREFIX = /^(startup-taint|ignore-taint)\.cluster-autoscaler\.kubernetes\.io\//;

/** Whether a taint of this key leaves a booting node by itself; `more` are keys that the policy names. */
export function isBootTaint(key: string, more: readonly string[]): boolean {
  return BOOT_TAINTS.has(key) || AGENT_NOT_READY.test(key) || STARTUP_PREFIX.test(key) || more.includes(key);
}
