import type { LaunchAction, Plan } from '../../model/plan.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import { addResources, fitsInto, type Resources } from '../../model/resources.ts';
import type { PresentNode } from '../../packing/model.ts';
import { nodesThatFit } from '../../packing/open-nodes.ts';
import { barrier, type PlacementBarrier } from '../../packing/rules.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import { fleetLayout } from '../state/fleet-layout.ts';
import { countText } from '../text/wording.ts';
import { type ComparedOffering, compareOfferings } from './compare-offerings.ts';

/** Why a pod is, or is not, where it should be. */
export interface PodExplanation {
  readonly pod: string;
  readonly verdict:
    | 'runs'
    | 'ended'
    | 'going'
    /** The scheduler has not said that it cannot place it. */
    | 'not-judged'
    /** Room is there: the scheduler will bind it. */
    | 'fits-now'
    /** A node that boots was bought for it. */
    | 'node-comes'
    /** A node would be bought for it now. */
    | 'node-wanted'
    /** It waits for its batch, a bound or an unavailable offering. */
    | 'waits'
    /** No node that could be bought would hold it. */
    | 'never-fits';
  readonly reasons: readonly Reason[];
  /** What keeps it off the nodes there are: each why with the nodes it holds for. */
  readonly nodes: readonly { readonly why: NodeReason; readonly nodes: readonly string[] }[];
  /** What would be bought for it, when something would. */
  readonly launch: Pick<LaunchAction, 'offerings' | 'reasons' | 'nominatedPods'> | undefined;
  /** Every offering with its expected cost and, where it does not come into question, why. */
  readonly offerings: readonly ComparedOffering[];
}

export type NodeReason =
  | PlacementBarrier
  | 'closed'
  | 'cpu'
  | 'memory'
  | 'resources'
  | 'other-pods'
  | 'has-room';

/** Explains a pod of the snapshot by the plan that was made for it, with the code that made the plan. */
export function explainPod(pod: Pod, context: DecisionContext, plan: Plan): PodExplanation {
  const placed = settled(pod);
  const base = { pod: podRef(pod), nodes: [], launch: undefined, offerings: [] };
  if (placed !== undefined) return { ...base, ...placed };
  const nodes = nodeReasonOf(pod, context);
  const launch = plan.actions.find(
    (action): action is LaunchAction =>
      action.kind === 'launch' && action.nominatedPods.includes(podRef(pod)),
  );
  const offerings = compareOfferings(pod, context);
  return { ...base, nodes, launch, offerings, ...waiting(pod, context, { plan, launch, nodes }) };
}

type Verdict = Pick<PodExplanation, 'verdict' | 'reasons'>;

/** What needs no packing to explain. */
function settled(pod: Pod): Verdict | undefined {
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed')
    return explanation('ended', `it has ${pod.phase.toLowerCase()}`);
  if (pod.deletionRequestedAtMs !== undefined) return explanation('going', 'it is being deleted');
  if (pod.nodeName !== undefined) return explanation('runs', `it is bound to ${pod.nodeName}`);
  if (pod.unschedulableSinceMs === undefined) {
    return explanation(
      'not-judged',
      'the scheduler has not said that it cannot place it (PodScheduled is not False)',
    );
  }
  return undefined;
}

interface Found {
  readonly plan: Plan;
  readonly launch: LaunchAction | undefined;
  readonly nodes: PodExplanation['nodes'];
}

function waiting(pod: Pod, context: DecisionContext, { plan, launch, nodes }: Found): Verdict {
  const ref = podRef(pod);
  const booting = context.fleet.workers.find((worker) => worker.launch?.nominatedPods.includes(ref) === true);
  if (booting !== undefined)
    return explanation('node-comes', `launch ${booting.launch?.id} (${booting.id}) was made for it`);
  if (launch !== undefined) return { verdict: 'node-wanted', reasons: launch.reasons };
  const own = plan.refusals.filter(({ subject }) => subject === ref).map(({ reason }) => reason);
  if (own.some(({ code }) => code === 'pod-bought-in-vain')) return { verdict: 'waits', reasons: own };
  const roomy = nodes.find(({ why }) => why === 'has-room');
  if (roomy !== undefined)
    return explanation('fits-now', `${roomy.nodes[0]} has room for it: the scheduler will bind it`);
  if (own.some(({ code }) => code === 'pod-never-fits')) return { verdict: 'never-fits', reasons: own };
  if (own.length > 0) return { verdict: 'waits', reasons: own };
  const pending = plan.demands.find(({ name }) => name === 'pending')?.reasons ?? [];
  const bounds = plan.refusals.filter(({ what }) => what === 'grow').map(({ reason }) => reason);
  return { verdict: 'waits', reasons: [...bounds, ...pending] };
}

/** Groups the nodes by what keeps the pod off them; the control plane is among them, its taints decide. */
function nodeReasonOf(pod: Pod, context: DecisionContext): PodExplanation['nodes'] {
  const present = fleetLayout(context).present.map((node) => without(pod, node));
  const alone = present.map((node) => emptyNodeReason(pod, node));
  const roomy = present.flatMap((_, index) => (alone[index] === undefined ? [index] : []));
  const taking = nodesThatFit(pod, present, roomy);
  const answers = present.map(({ place }, index): { readonly why: NodeReason; readonly name: string } => ({
    why: alone[index] ?? (taking.has(index) ? 'has-room' : 'other-pods'),
    name: place.id,
  }));
  const groups = Map.groupBy(answers, ({ why }) => why);
  return [...groups].map(([why, members]) => ({ why, nodes: members.map(({ name }) => name) }));
}

/** The node as it is before the pod, which may be nominated to it already. */
function without(pod: Pod, node: PresentNode): PresentNode {
  if (!node.pods.includes(pod)) return node;
  const pods = node.pods.filter((other) => other !== pod);
  return { ...node, pods, free: addResources(node.free, pod.requests) };
}

/** What keeps the pod off the node whatever else stands anywhere. */
function emptyNodeReason(pod: Pod, node: PresentNode): NodeReason | undefined {
  if (!node.isOpen) return 'closed';
  const held = barrier(pod, node.place);
  if (held !== undefined) return held;
  return fitsInto(pod.requests, node.free) ? undefined : missingResources(pod.requests, node.free);
}

function missingResources(wanted: Resources, free: Resources): NodeReason {
  if (wanted.cpuMillis > free.cpuMillis) return 'cpu';
  return wanted.memoryMiB > free.memoryMiB ? 'memory' : 'resources';
}

function explanation(verdict: PodExplanation['verdict'], text: string): Verdict {
  return { verdict, reasons: [{ code: verdict, text }] };
}

const REASON_TEXT: Readonly<Record<NodeReason, string>> = {
  closed: 'take no pods now (cordoned, unready or leaving)',
  'node-selector': 'are not what its node selector or affinity asks for',
  taint: 'have a taint that it does not tolerate',
  volume: 'are out of reach of its volume',
  'host-port': 'have its host port taken',
  cpu: 'have too little CPU left',
  memory: 'have too little memory left',
  resources: 'have too little left of another resource, or no pod slot',
  'other-pods': 'are forbidden by affinity, anti-affinity or spread beside other pods',
  'has-room': 'have room for it',
};

/** One line a group: how many nodes, and why. */
export function nodesText(nodes: PodExplanation['nodes']): readonly string[] {
  return nodes.map(({ why, nodes: names }) => {
    const some = names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '');
    return `${countText(names.length, 'node')} ${REASON_TEXT[why]}: ${some}`;
  });
}
