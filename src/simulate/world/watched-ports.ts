import { type Instance, isAlive } from '../../model/instance.ts';
import type { Announcement } from '../../model/interruption.ts';
import type { CordonMark } from '../../model/node.ts';
import type { EvictionOutcome } from '../../model/outcome.ts';
import type { Pod } from '../../model/pod.ts';
import type { Cloud, Cluster } from '../../ports.ts';
import type { SimulatedCloud } from '../cloud/simulated-cloud.ts';
import type { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import type { WorldWrite } from '../judge/observed-world.ts';

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
    surge: (pod: Pod) => cluster.surge(pod),
    deleteNode: (nodeName: string, uid: string) => {
      watch({ kind: 'delete-node', nodeName });
      return cluster.deleteNode(nodeName, uid);
    },
    rememberAnnouncement: (nodeName: string, announcement: Announcement) =>
      cluster.rememberAnnouncement(nodeName, announcement),
    admitNode: (nodeName: string) => {
      watch({ kind: 'admit-node', nodeName });
      return cluster.admitNode(nodeName);
    },
  };
}

/** EC2 as the controller gets it: each call that changes something is shown to the watcher when it is made, however late it arrives. */
export function watchedCalls(cloud: Cloud, shown: () => readonly Instance[], watch: WriteWatcher): Cloud {
  const shownById = (id: string) => shown().find((instance) => instance.id === id);
  return {
    ...cloud,
    launch: (request, signal) => {
      watch({ kind: 'launch', request });
      return cloud.launch(request, signal);
    },
    terminate: (instanceIds, signal) => {
      for (const id of instanceIds) {
        const instance = shownById(id);
        if (instance !== undefined) watch({ kind: 'terminate', instance });
      }
      return cloud.terminate(instanceIds, signal);
    },
    start: (instanceId, signal) => {
      watch({ kind: 'start', instanceId });
      return cloud.start(instanceId, signal);
    },
    stop: (instanceId, signal) => {
      const instance = shownById(instanceId);
      if (instance !== undefined) watch({ kind: 'stop', instance });
      return cloud.stop(instanceId, signal);
    },
  };
}

/** EC2 itself: what costs money from now on is shown to the watcher as soon as it does. */
export function watchedEffects(cloud: SimulatedCloud, watch: WriteWatcher): Cloud {
  return {
    instances: () => cloud.instances(),
    offerings: (wanted) => cloud.offerings(wanted),
    consoleOutput: (instanceId) => cloud.consoleOutput(instanceId),
    launch: (request, signal) => {
      const before = new Set(cloud.shown().map((instance) => instance.id));
      const answer = cloud.launch(request, signal);
      for (const instance of cloud.shown()) {
        if (!before.has(instance.id)) watch({ kind: 'launched', instance, request });
      }
      return answer;
    },
    terminate: (instanceIds, signal) => cloud.terminate(instanceIds, signal),
    start: (instanceId, signal) => {
      const isUp = () => cloud.shown().some((i) => i.id === instanceId && isAlive(i));
      const wasUp = isUp();
      const answer = cloud.start(instanceId, signal);
      if (!wasUp && isUp()) watch({ kind: 'started', instanceId });
      return answer;
    },
    stop: (instanceId, signal) => cloud.stop(instanceId, signal),
  };
}
