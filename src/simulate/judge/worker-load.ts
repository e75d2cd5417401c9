import type { Node } from '../../model/node.ts';
import { occupiesNode, type Pod } from '../../model/pod.ts';
import { selects } from '../../model/selector.ts';
import type { ClusterView } from '../../ports.ts';

/** What pods request of the workers together; agents of nodes do not count, they come with the nodes. */
export interface WorkerLoad {
  readonly cpuMillis: number;
  readonly memoryMiB: number;
}

/** The pods that workers have to hold: those that run on one or wait for one, and no agents. */
export function workerPods({ nodes, pods }: ClusterView): readonly Pod[] {
  const servers = nodes.filter((node) => node.isControlPlane);
  const serverNames = new Set(servers.map(({ name }) => name));
  return pods.filter((pod) => {
    if (pod.owner?.kind === 'DaemonSet' || pod.deletionRequestedAtMs !== undefined) return false;
    if (pod.nodeName !== undefined) return occupiesNode(pod) && !serverNames.has(pod.nodeName);
    return pod.phase === 'Pending' && !isForServer(pod, servers);
  });
}

/** What the worker pods request together. */
export function workerLoad(cluster: ClusterView): WorkerLoad {
  let cpuMillis = 0;
  let memoryMiB = 0;
  for (const { requests } of workerPods(cluster)) {
    cpuMillis += requests.cpuMillis;
    memoryMiB += requests.memoryMiB;
  }
  return { cpuMillis, memoryMiB };
}

function isForServer(pod: Pod, servers: readonly Node[]): boolean {
  return pod.nodeSelector.length > 0 && servers.some((server) => selects(pod.nodeSelector, server.labels));
}
