import { decide } from '../../../src/decide/decide.ts';
import { offeringKey } from '../../../src/model/offering.ts';
import { aPolicy } from '../../builders/policy.ts';
import type { KubeObject } from '../harness/kube-client.ts';
import { addNodes, bootNodes } from './add-nodes.ts';
import { appOf, type Miss } from './miss.ts';
import { observedSnapshot } from './observed-snapshot.ts';
import { oneOfEach, type PlannedWorkload } from './plan-fleet.ts';
import { plannedNode } from './planned-node.ts';
import { keyOf, type PodKey } from './pod-watch.ts';
import type { SchedulerLab } from './scheduler-lab.ts';

/** How the scheduler, left alone, fared with a planned fleet. */
export interface FreeRun {
  /** Pods without a place on the planned nodes, beyond those that the plan calls unplaceable; equal pods stand in for each other. */
  readonly late: readonly Miss[];
  readonly secondRoundNodes: number;
  /** Those of them that a second round of nodes left waiting, though yet another node would hold them. */
  readonly stranded: readonly Miss[];
  /** Those of them that no node on offer would hold now: pods that came first keep them out, wherever they go. */
  readonly keptOut: number;
  /** Names of nodes that were bought and stayed without a pod of the workload. */
  readonly emptyNodes: readonly string[];
}

/** Buys at once whatever pending pods need, and nothing else. */
const POLICY = aPolicy({
  nodes: { min: 0, max: 5_000, minPerZone: 0 },
  pending: { batchIdleMs: 0, batchMaxMs: 0, maxNodesPerDecision: 1_000 },
  spot: { onDemandBase: 0 },
  shrink: { enabled: false },
});

/**
 * Makes the planned nodes and one pod after another in the plan's order, and lets the scheduler choose. Then once more what
 * the autoscaler would buy for those that still wait.
 */
export async function scheduleFreely(lab: SchedulerLab, planned: PlannedWorkload): Promise<FreeRun> {
  const { workload, nodes } = planned;
  await addNodes(lab, workload, nodes);
  const keys = workload.pods.map(keyOf);
  for (const pod of inPlannedOrder(planned)) await lab.create([pod]);
  await lab.settle(keys);
  const late = waiting(lab, planned);
  const stories = late.map((pod) => storyOf(lab, planned, pod));
  const more = late.length === 0 ? [] : await nodesFor(lab, planned);
  await bootNodes(lab, workload, more);
  await lab.settle(keys);
  const bought = [...nodes, ...more].map(({ metadata }) => metadata.name);
  const used = new Set(keys.map((key) => lab.watch.pods.get(key)?.nodeName));
  const left = waiting(lab, planned);
  const leftStories = left.map((pod) => storyOf(lab, planned, pod));
  await bootNodes(lab, workload, left.length === 0 ? [] : oneOfEach(workload, workload.offerings));
  await lab.settle(keys);
  const isHelped = (pod: PodKey) => lab.watch.pods.get(pod)?.nodeName !== undefined;
  return {
    late: stories,
    secondRoundNodes: more.length,
    stranded: leftStories.filter((story) => isHelped(story.pod)),
    keptOut: left.filter((pod) => !isHelped(pod)).length,
    emptyNodes: bought.filter((name) => !used.has(name)),
  };
}

/** As bound by the plan, those without a place last. */
function inPlannedOrder({ pods, bindings }: PlannedWorkload): readonly KubeObject[] {
  const ranks = new Map(bindings.map(({ pod }, rank) => [pod, rank]));
  const rankOf = (pod: KubeObject) => ranks.get(keyOf(pod)) ?? bindings.length;
  return pods.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** Pods without a place, less as many of each application as the plan has no place for. */
function waiting(lab: SchedulerLab, { workload, unplaced }: PlannedWorkload): readonly PodKey[] {
  const pending = workload.pods.filter((pod) => lab.watch.pods.get(keyOf(pod))?.nodeName === undefined);
  const hopeless = workload.pods.filter((pod) => unplaced.has(keyOf(pod)));
  return [...Map.groupBy(pending, appOf)].flatMap(([app, pods]) => {
    const foreseen = hopeless.filter((pod) => appOf(pod) === app).length;
    return pods.slice(foreseen).map(keyOf);
  });
}

function storyOf(lab: SchedulerLab, { workload, nodes }: PlannedWorkload, pod: PodKey): Miss {
  return {
    workload,
    pod,
    planned: `a place for it, or an equal pod, among ${nodes.length} nodes`,
    happened: `refused: ${lab.watch.pods.get(pod)?.refusal}`,
  };
}

/** What the autoscaler would launch now. */
async function nodesFor(lab: SchedulerLab, { workload }: PlannedWorkload): Promise<readonly KubeObject[]> {
  const nowMs = Date.now();
  const { offerings } = workload;
  const plan = decide(POLICY, await observedSnapshot(lab, { offerings, nowMs }), nowMs);
  return plan.actions.flatMap((action, index) => {
    if (action.kind !== 'launch') return [];
    const offering = offerings.find((one) => offeringKey(one) === action.offerings[0]);
    if (offering === undefined) throw new Error(`${action.offerings[0]} is not on offer`);
    return [plannedNode(`${workload.name}-late-${index}`, offering)];
  });
}
