import { STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import type { KubeObject } from '../harness/kube-client.ts';
import { daemonPods } from './daemon-pods.ts';
import { keyOf } from './pod-watch.ts';
import type { SchedulerLab } from './scheduler-lab.ts';
import type { Workload } from './workload.ts';

type Daemons = Pick<Workload, 'daemonSets'>;

/** Adds nodes with the pods of their DaemonSets; returns when the scheduler has seen all nodes and bound these pods. */
export async function addNodes(
  lab: SchedulerLab,
  { daemonSets }: Daemons,
  nodes: readonly KubeObject[],
): Promise<void> {
  const agents = daemonPods(daemonSets, nodes);
  await lab.create(nodes);
  await lab.create(agents);
  await lab.untilNodesAreSeen();
  const keys = agents.map(keyOf);
  await lab.settle(keys);
  const refused = keys.find((key) => lab.watch.pods.get(key)?.nodeName === undefined);
  if (refused !== undefined) {
    throw new Error(`${refused} must fit an empty node: ${lab.watch.pods.get(refused)?.refusal}`);
  }
}

/** The same while pods wait: nodes register with the startup taint, as ours do, so that DaemonSets are served first. */
export async function bootNodes(
  lab: SchedulerLab,
  daemons: Daemons,
  nodes: readonly KubeObject[],
): Promise<void> {
  if (nodes.length === 0) return;
  const taints = [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }];
  await addNodes(
    lab,
    daemons,
    nodes.map((node) => ({ ...node, spec: { ...node['spec'], taints } })),
  );
  for (const { metadata } of nodes)
    await lab.kube.patch(`/api/v1/nodes/${metadata.name}`, { spec: { taints: null } });
  await lab.untilNodesAreSeen();
}

/** Takes a node away with all pods on it; the scheduler may not know yet. */
export async function removeNode(lab: SchedulerLab, name: string): Promise<void> {
  await lab.removePods((pod) => pod.nodeName === name);
  await lab.kube.delete(`/api/v1/nodes/${name}`);
}
