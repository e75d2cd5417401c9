import type { Refusal } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import { unreadyForMs } from '../../model/worker-condition.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import type { Disruption } from '../state/disruption.ts';
import type { Worker } from '../state/fleet.ts';
import { unendedIn } from '../state/operation-lists.ts';
import { percentText, secondsText } from '../text/wording.ts';
import { unreadyShare } from './rules/disruption-blockers.ts';

/** A fault of the network or the API server is over by then; what is still not ready, while this cluster answers, is dead. */
const MAX_BLIP_MS = 1_800_000;

/**
 * Which dead nodes are replaced now (F89). Dead is ours, not ready for longer than a machine may take to join, and not about to go
 * in any case (`WorkerCondition`). One at a time, and for half an hour none while several nodes are unready and together more than the policy allows:
 * that looks like a fault of the network or the API server, not of the machines (F70). Nothing is drained, since nobody there
 * would hear it.
 */
export function planRepair(context: DecisionContext): Disruption {
  const dead = context.fleet.uncounted.filter(isDead).filter(isNobodys(context)).sort(longestFirst);
  const [first] = dead;
  const instanceId = first?.node.instanceId;
  if (first === undefined || instanceId === undefined || isRepairing(context)) return NOTHING;
  const { node } = first;
  const unreadyMs = unreadyForMs(node, context.nowMs);
  const blocker = unreadyMs < MAX_BLIP_MS ? unreadyBlocker(context) : undefined;
  if (blocker !== undefined) return { refusals: [blocker] };
  const text = `${node.name} has not been ready for ${secondsText(unreadyMs)}: it is replaced`;
  const reason: Reason = { code: 'dead-node', text, facts: { unreadySeconds: Math.round(unreadyMs / 1000) } };
  const repair = {
    nodeName: node.name,
    instanceId,
    reasons: [reason],
    isRepair: true as const,
  };
  return { removals: [repair] };
}

const NOTHING: Disruption = {};

type DeadWorker = Worker & { readonly node: NonNullable<Worker['node']> };

function isDead(worker: Worker): worker is DeadWorker {
  return worker.condition === 'dead' && worker.node?.doNotDisrupt === false;
}

/** A removal that is being turned back is carried out still: a second one beside it would undo what it does. */
function isNobodys({ snapshot }: DecisionContext): (worker: DeadWorker) => boolean {
  const taken = new Set(unendedIn(snapshot.operations).map((o) => (o.kind === 'remove' ? o.nodeName : '')));
  return ({ node }) => !taken.has(node.name);
}

function longestFirst(a: DeadWorker, b: DeadWorker): number {
  return unreadyForMs(b.node, 0) - unreadyForMs(a.node, 0) || (a.id < b.id ? -1 : 1);
}

function isRepairing({ snapshot }: DecisionContext): boolean {
  return unendedIn(snapshot.operations).some(
    (o) => o.kind === 'remove' && o.isRepair === true && o.fromPool !== true,
  );
}

/** One unready node of a small fleet is a large share of it, so a single one never blocks repairs. */
function unreadyBlocker(context: DecisionContext): Refusal | undefined {
  const { policy } = context;
  const { unready, workers, share } = unreadyShare(context);
  if (unready <= 1 || share <= policy.shrink.maxUnreadyPercent) return undefined;
  const text = `${unready} of ${workers} workers (${percentText(share)}) are not ready, more than ${policy.shrink.maxUnreadyPercent} %: no dead node is replaced meanwhile`;
  return {
    what: 'shrink',
    reason: { code: 'too-many-unready', text, facts: { unready, workers } },
  };
}
