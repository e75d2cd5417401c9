import { explainNode, type NodeExplanation } from '../decide/explain/explain-node.ts';
import { explainPod, type PodExplanation } from '../decide/explain/explain-pod.ts';
import { buildDecisionContext } from '../decide/state/decision-context.ts';
import type { Plan } from '../model/plan.ts';
import { podRef } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';
import { CommandError } from './command-error.ts';

/** A plan with what it was made of. */
export interface Planned {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  readonly inForce: PolicyInForce;
}

/** The pod (`namespace/name`) or node (`name`) that is asked about. */
export interface ExplainedObject {
  readonly kind: 'pod' | 'node';
  readonly ref: string;
}

export type Explanation =
  | { readonly kind: 'pod'; readonly document: PodExplanation }
  | { readonly kind: 'node'; readonly document: NodeExplanation };

/**
 * Explains a pod or a node by a plan.
 * @throws CommandError when there is no such pod or node
 */
export function explainPlan(
  { kind, ref }: ExplainedObject,
  { plan, snapshot, inForce }: Planned,
): Explanation {
  const situation = buildDecisionContext(inForce, snapshot, { nowMs: plan.decidedAtMs });
  if (kind === 'pod') {
    const pod = snapshot.pods.find((one) => podRef(one) === ref);
    if (pod !== undefined) return { kind, document: explainPod(pod, situation, plan) };
    const remedy = ref.includes('/') ? 'look with kubectl get pods -A' : 'write it as NAMESPACE/NAME';
    throw new CommandError(`there is no pod ${ref}: ${remedy}`);
  }
  const isThere = snapshot.nodes.some(({ name }) => name === ref);
  if (isThere) return { kind, document: explainNode(ref, situation, plan) };
  throw new CommandError(`there is no node ${ref}: look with kubectl get nodes`);
}
