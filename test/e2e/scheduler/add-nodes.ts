import type { KubeObject } from '../harness/kube-client.ts';
import { daemonPods } from './daemon-pods.ts';
import { keyOf } from './pod-watch.ts';
import type { SchedulerLab } from './scheduler-lab.ts';
import type { Workload } from './workload.ts';

/** Nodes with the pods of their DaemonSets; returns when the scheduler has seen all nodes and bound these pods. */
export async function addNodes(
  lab: SchedulerLab,
  { daemonSets }: Pick<Workload, 'daemonSets'>,
  nodes: readonly KubeObject[],
): Promise<void> {
  const last = nodes.at(-1);
  if (last === undefined) return;
  await lab.create(nodes.slice(0, -1));
  await lab.create([last]);
  const probe = probeOf(last);
  const pods = [...daemonPods(daemonSets, nodes), probe];
  await lab.create(pods);
  const keys = pods.map(keyOf);
  await lab.settle(keys);
  const refused = keys.find((key) => lab.watch.pods.get(key)?.nodeName === undefined);
  if (refused !== undefined) {
    throw new Error(`${refused} must fit an empty node: ${lab.watch.pods.get(refused)?.refusal}`);
  }
  await lab.remove(probe);
}

/** A pod that can be bound only once the scheduler knows the last node, and so all before it. */
function probeOf(node: KubeObject): KubeObject {
  const nodeSelectorTerms = [
    { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node.metadata.name] }] },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `probe-${node.metadata.name}`, namespace: 'default' },
    spec: {
      tolerations: [{ operator: 'Exists' }],
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
      containers: [{ name: 'probe', image: 'example.invalid/probe:1' }],
    },
  };
}
