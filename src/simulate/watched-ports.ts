import { isAlive } from '../model/instance.ts';
import type { CordonMark } from '../model/node.ts';
import type { CloudFault, EvictionOutcome, LaunchOutcome } from '../model/outcome.ts';
import type { Pod } from '../model/pod.ts';
import type { Cloud, Cluster, LaunchRequest } from '../ports.ts';
import type { SimulatedCloud } from './cloud/simulated-cloud.ts';
import type { SimulatedCluster } from './cluster/simulated-cluster.ts';
import type { WorldWrite } from './world-sight.ts';

/** Told of every write. */
export type WriteWatcher = (write: WorldWrite) => void;

/** The cluster as the controller gets it: each write is shown to the watcher first. */
export function watchedCluster(cluster: SimulatedCluster, watch: WriteWatcher): Cluster {
  return {
    synced: () => cluster.synced(),
    view: () => cluster.view(),
    onChange: (listener) => cluster.onChange(listener),
    cordon: (nodeName: string, mark: CordonMark) => {
      watch({ kind: 'cordon', nodeName, operationId: mark.operationId });
      return cluster.cordon(nodeName, mark);
    },
    uncordon: (nodeName: string, operationId: string) => {
      watch({ kind: 'uncordon', nodeName });
      return cluster.uncordon(nodeName, operationId);
    },
    evict: async (pod: Pod, graceSeconds: number): Promise<EvictionOutcome> => {
      watch({ kind: 'evict', pod });
      const outcome = await cluster.evict(pod, graceSeconds);
      watch({ kind: 'evicted', pod, outcome });
      return outcome;
    },
    deleteNode: (nodeName: string, uid: string) => {
      watch({ kind: 'delete-node', nodeName });
      return cluster.deleteNode(nodeName, uid);
    },
    admitNode: (nodeName: string) => {
      watch({ kind: 'admit-node', nodeName });
      return cluster.admitNode(nodeName);
    },
  };
}

/** EC2 as the controller gets it: each write is shown to the watcher first, an instance as soon as it exists. */
export function watchedCloud(cloud: SimulatedCloud, watch: WriteWatcher): Cloud {
  return {
    instances: () => cloud.instances(),
    offerings: (wanted) => cloud.offerings(wanted),
    consoleOutput: (instanceId) => cloud.consoleOutput(instanceId),
    launch: (request: LaunchRequest, signal: AbortSignal): Promise<LaunchOutcome> => {
      watch({ kind: 'launch', request });
      const before = new Set(cloud.shown().map((instance) => instance.id));
      const answer = cloud.launch(request, signal);
      for (const instance of cloud.shown()) {
        if (!before.has(instance.id)) watch({ kind: 'launched', instance, request });
      }
      return answer;
    },
    terminate: (instanceIds: readonly string[], signal: AbortSignal): Promise<void> => {
      const shown = cloud.shown();
      for (const id of instanceIds) {
        const instance = shown.find((i) => i.id === id);
        if (instance !== undefined) watch({ kind: 'terminate', instance });
      }
      return cloud.terminate(instanceIds, signal);
    },
    start: (instanceId: string, signal: AbortSignal): Promise<CloudFault | undefined> => {
      const isUp = () => cloud.shown().some((i) => i.id === instanceId && isAlive(i));
      const wasUp = isUp();
      watch({ kind: 'start', instanceId });
      const answer = cloud.start(instanceId, signal);
      if (!wasUp && isUp()) watch({ kind: 'started', instanceId });
      return answer;
    },
    stop: (instanceId: string, signal: AbortSignal): Promise<void> => {
      const instance = cloud.shown().find((i) => i.id === instanceId);
      if (instance !== undefined) watch({ kind: 'stop', instance });
      return cloud.stop(instanceId, signal);
    },
  };
}
