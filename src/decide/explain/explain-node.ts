import type { Plan } from '../../model/plan.ts';
import { podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import { podProtection } from '../disrupt/rules/pod-protections.ts';
import { evictablePods, protectionsFor } from '../disrupt/rules/protections.ts';
import { relocationsIn } from '../disrupt/rules/relocation.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import type { Worker } from '../state/fleet.ts';
import { costOfMember } from '../state/pool-cost.ts';
import type { PoolMember } from '../state/pool.ts';
import { costOfWorker } from '../state/worker-cost.ts';

/** Why a worker stays, or goes. */
export interface NodeExplanation {
  readonly node: string;
  readonly verdict: /** It is being removed. */
    | 'leaving'
    /** This round would remove it. */
    | 'goes'
    /** It could go; what holds the whole fleet, or others before it, keep it for now. */
    | 'removable'
    | 'kept'
    /** It waits in the warm pool, or is on its way into it or out of it. */
    | 'warm'
    /** It is no worker of this fleet. */
    | 'not-ours';
  /** What the plan says of it. */
  readonly plan: Reason | undefined;
  /** Every rule that protects it. */
  readonly protections: readonly Reason[];
  /** Why its pods do not all fit elsewhere; absent when they do. */
  readonly relocation?: Reason;
  /** What a drain would move, and what protects each. */
  readonly pods: readonly { readonly pod: string; readonly protection?: Reason }[];
  readonly costUsdPerHour?: number;
}

/** Explains a node of the snapshot by the plan that was made for it, with the code that made the plan. */
export function explainNode(name: string, context: DecisionContext, plan: Plan): NodeExplanation {
  const { fleet, snapshot } = context;
  const worker = [...fleet.workers, ...fleet.leaving, ...fleet.uncounted].find(({ id }) => id === name);
  const stated = planStatementOf(name, plan);
  const member = fleet.pool.find(({ node }) => node?.name === name);
  if (member !== undefined) return explainMember(member, context, stated ?? plan.warmPool?.reason);
  if (worker === undefined)
    return { node: name, verdict: 'not-ours', plan: stated, protections: [], pods: [] };
  const budgets = Map.groupBy(snapshot.budgets, ({ namespace }) => namespace);
  const pods = (evictablePods(snapshot.pods).get(name) ?? []).map((pod) => {
    const protection = podProtection(pod, budgets.get(pod.namespace) ?? []);
    return protection === undefined ? { pod: podRef(pod) } : { pod: podRef(pod), protection };
  });
  const protections = protectionsFor(context).all(worker);
  const relocation = relocationsIn(context).probe(worker);
  const cost = costOfWorker(worker, context);
  return {
    node: name,
    verdict: verdictOf(worker, plan, protections.length === 0 && relocation === undefined),
    plan: stated,
    protections,
    ...(relocation !== undefined && { relocation }),
    pods,
    ...(cost !== undefined && { costUsdPerHour: cost }),
  };
}

function explainMember(
  member: PoolMember,
  context: DecisionContext,
  stated: Reason | undefined,
): NodeExplanation {
  const costUsdPerHour = costOfMember(member, context);
  return {
    node: member.node?.name ?? member.id,
    verdict: 'warm',
    plan: stated,
    protections: [],
    pods: [],
    ...(costUsdPerHour !== undefined && { costUsdPerHour }),
  };
}

function verdictOf(worker: Worker, plan: Plan, isFree: boolean): NodeExplanation['verdict'] {
  if (worker.removal !== undefined) return 'leaving';
  const removal = plan.actions.some((action) => action.kind === 'remove' && action.nodeName === worker.id);
  if (removal) return 'goes';
  return isFree ? 'removable' : 'kept';
}

function planStatementOf(name: string, plan: Plan): Reason | undefined {
  const action = plan.actions.find((one) => one.kind === 'remove' && one.nodeName === name);
  return action?.reasons[0] ?? plan.kept.find(({ nodeName }) => nodeName === name)?.reason;
}
