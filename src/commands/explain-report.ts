import { explainNode, type NodeExplanation } from '../decide/explain/explain-node.ts';
import { explainPod, nodesInWords, type PodExplanation } from '../decide/explain/explain-pod.ts';
import { takeStock } from '../decide/state/situation.ts';
import type { Plan } from '../model/plan.ts';
import { podRef } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';
import { CannotDo } from './cannot-do.ts';

/** A plan with what it was made of. */
export interface Planned {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  readonly inForce: PolicyInForce;
}

export type Explanation =
  | { readonly kind: 'pod'; readonly document: PodExplanation }
  | { readonly kind: 'node'; readonly document: NodeExplanation };

/** Offerings that words list; JSON has them all. */
const MOST_OFFERINGS = 8;

/**
 * Explains the pod `namespace/name` or the node.
 * @throws CannotDo when there is no such pod or node
 */
export function explanationOf(
  { kind, ref }: { readonly kind: 'pod' | 'node'; readonly ref: string },
  { plan, snapshot, inForce }: Planned,
): Explanation {
  const situation = takeStock(inForce, snapshot, { nowMs: plan.decidedAtMs });
  if (kind === 'pod') {
    const pod = snapshot.pods.find((one) => podRef(one) === ref);
    if (pod !== undefined) return { kind, document: explainPod(pod, situation, plan) };
    const remedy = ref.includes('/') ? 'look with kubectl get pods -A' : 'write it as NAMESPACE/NAME';
    throw new CannotDo(`there is no pod ${ref}: ${remedy}`);
  }
  const isThere = snapshot.nodes.some(({ name }) => name === ref);
  if (isThere) return { kind, document: explainNode(ref, situation, plan) };
  throw new CannotDo(`there is no node ${ref}: look with kubectl get nodes`);
}

/** The explanation for people. */
export function explanationText(explanation: Explanation): string {
  const lines = explanation.kind === 'pod' ? podLines(explanation.document) : nodeLines(explanation.document);
  return `${lines.join('\n')}\n`;
}

function podLines({ pod, verdict, reasons, nodes, launch, offerings }: PodExplanation): readonly string[] {
  const shown = offerings.slice(0, MOST_OFFERINGS).map(({ offering, cost, why }) => {
    const price = cost === undefined ? 'price unknown' : `${cost.totalUsdPerHour.toFixed(4)} USD/h expected`;
    return `  ${offering}: ${price}${why === undefined ? '' : `; ${why}`}`;
  });
  const more = offerings.length - shown.length;
  return [
    `pod ${pod}: ${verdict}`,
    ...reasons.map(({ text }) => `  ${text}`),
    ...section(
      'Nodes there are',
      nodesInWords(nodes).map((line) => `  ${line}`),
    ),
    ...section(
      'Would be bought for it',
      launch === undefined ? [] : [`  ${launch.offerings.join(', else ')}`],
    ),
    ...section('Offerings, the cheapest that would do first', shown),
    ...(more > 0 ? [`  and ${more} more (--json has them all)`] : []),
  ];
}

function nodeLines(explanation: NodeExplanation): readonly string[] {
  const { node, verdict, plan, protections, relocation, pods, costUsdPerHour } = explanation;
  const cost =
    costUsdPerHour === undefined ? 'at an unknown cost' : `${costUsdPerHour.toFixed(4)} USD/h expected`;
  return [
    `node ${node}: ${verdict}, ${cost}`,
    ...section('The plan says', plan === undefined ? [] : [`  ${plan.text}`]),
    ...section(
      'Rules that protect it',
      protections.map(({ text }) => `  ${text}`),
    ),
    ...section('Its pods elsewhere', relocation === undefined ? [] : [`  ${relocation.text}`]),
    ...section(
      'Pods that a drain would move',
      pods.map(({ pod, protection }) => `  ${pod}${protection === undefined ? '' : `: ${protection.text}`}`),
    ),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines];
}
