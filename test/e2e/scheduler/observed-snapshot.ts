import type { Instance } from '../../../src/model/instance.ts';
import type { Node } from '../../../src/model/node.ts';
import type { Offering } from '../../../src/model/offering.ts';
import { podRef } from '../../../src/model/pod.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { anInstance } from '../../builders/fleet.ts';
import { aSnapshot, aUtilization, steady } from '../../builders/snapshot.ts';
import { eventually } from '../harness/poll.ts';
import type { SchedulerLab } from './scheduler-lab.ts';

/** What the autoscaler would see now: the cluster through the product's own mirror, an instance behind every node, idle for long. */
export async function observedSnapshot(
  lab: SchedulerLab,
  { offerings, nowMs }: { readonly offerings: readonly Offering[]; readonly nowMs: number },
): Promise<Snapshot> {
  const names = new Set((await lab.kube.list('/api/v1/nodes')).map((node) => node.metadata.name));
  const view = await eventually('the mirror to be up to date', () => {
    const now = lab.view.view();
    const isSame = now.nodes.length === names.size && now.nodes.every((node) => names.has(node.name));
    return isSame && showsPods(lab) ? now : undefined;
  });
  const idle = steady(5, { untilMs: nowMs });
  return aSnapshot({
    ...view,
    takenAtMs: nowMs,
    offerings,
    instances: { status: 'known', value: view.nodes.flatMap(instanceBehind) },
    utilization: aUtilization({ cpuPercent: idle, memoryPercent: idle }),
  });
}

/** Whether the mirror says of every pod what the scheduler has said last. */
function showsPods(lab: SchedulerLab): boolean {
  const { pods } = lab.view.view();
  return (
    pods.length === lab.watch.pods.size &&
    pods.every((pod) => {
      const seen = lab.watch.pods.get(podRef(pod));
      if (seen === undefined || seen.uid !== pod.uid || seen.nodeName !== pod.nodeName) return false;
      return (
        seen.nodeName !== undefined ||
        (seen.refusal !== undefined) === (pod.unschedulableSinceMs !== undefined)
      );
    })
  );
}

function instanceBehind({ instanceId, type, zone, lifecycle }: Node): readonly Instance[] {
  if (instanceId === undefined || type === undefined || zone === undefined || lifecycle === undefined)
    return [];
  return [anInstance({ id: instanceId, type, zone, lifecycle })];
}
