import type { KubeObject } from '../harness/kube-client.ts';
import { addNodes } from './add-nodes.ts';
import type { Miss } from './miss.ts';
import { oneOfEach, type PlannedWorkload } from './plan-fleet.ts';
import { keyOf, type PodKey } from './pod-watch.ts';
import type { SchedulerLab } from './scheduler-lab.ts';

/** What replaying a plan showed. */
export interface Replay {
  readonly bound: number;
  readonly refused: number;
  readonly misses: readonly Miss[];
}

/**
 * Makes the planned nodes and then one pod after another in the plan's order, each pinned to its node: the scheduler must bind
 * every one. Then one empty node of every offering: the scheduler must refuse every pod that the plan declares unplaceable. The
 * first miss ends the replay, since what follows it no longer is the plan.
 */
export async function replayPlan(lab: SchedulerLab, planned: PlannedWorkload): Promise<Replay> {
  const { workload, pods, nodes, bindings, unplaced } = planned;
  const manifests = new Map(pods.map((pod) => [keyOf(pod), pod]));
  await addNodes(lab, workload, nodes);
  let bound = 0;
  for (const binding of bindings) {
    const miss = await bindOne(binding);
    if (miss !== undefined) return { bound, refused: 0, misses: [miss] };
    bound += 1;
  }
  const misses = unplaced.size === 0 ? [] : await refuseAll();
  return { bound, refused: unplaced.size - misses.length, misses };

  async function bindOne({ pod, node }: PlannedWorkload['bindings'][number]): Promise<Miss | undefined> {
    lab.extender.pins.set(pod, node);
    await lab.create([manifestOf(pod)]);
    await lab.settle([pod]);
    const { nodeName, refusal } = lab.watch.pods.get(pod) ?? {};
    if (nodeName === node) return undefined;
    const happened = nodeName === undefined ? `refused: ${refusal}` : `bound to ${nodeName}`;
    const position = `${bound + 1} of ${bindings.length}`;
    return { workload, pod, planned: `bound to ${node} (${labelsOf(node)}), ${position}`, happened };
  }

  async function refuseAll(): Promise<readonly Miss[]> {
    await addNodes(lab, workload, oneOfEach(workload, workload.offerings));
    const keys = [...unplaced.keys()];
    await lab.create(keys.map(manifestOf));
    await lab.settle(keys);
    return keys.flatMap((pod): readonly Miss[] => {
      const { nodeName } = lab.watch.pods.get(pod) ?? {};
      if (nodeName === undefined) return [];
      return [
        { workload, pod, planned: `unplaceable: ${unplaced.get(pod)}`, happened: `bound to ${nodeName}` },
      ];
    });
  }

  function manifestOf(pod: PodKey): KubeObject {
    const manifest = manifests.get(pod);
    if (manifest === undefined)
      throw new Error(`the plan names the pod ${pod}, which ${workload.name} has not`);
    return manifest;
  }

  function labelsOf(name: string): string {
    const { labels = {} } = nodes.find(({ metadata }) => metadata.name === name)?.metadata ?? {};
    return ['node.kubernetes.io/instance-type', 'topology.kubernetes.io/zone', 'smartscale.dev/lifecycle']
      .map((key) => labels[key])
      .join('/');
  }
}
