import type { RetainedNode, Refusal } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import type { UnneededNodes } from '../../model/unneeded-nodes.ts';
import { unreadyForMs } from '../../model/worker-condition.ts';
import type { Growth } from '../launch/growth.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import type { Disruption, WantedRemoval } from '../state/disruption.ts';
import type { Worker } from '../state/fleet.ts';
import type { Purpose } from '../state/purpose.ts';
import { replacedNodes } from '../state/replaced-nodes.ts';
import { earliest } from '../text/earliest-time.ts';
import { secondsText } from '../text/wording.ts';
import { inCandidateOrder } from './rules/candidates.ts';
import { disruptionBlockerOf } from './rules/disruption-blockers.ts';
import { earningWorkers } from './rules/earning-workers.ts';
import { protectionsFor } from './rules/protections.ts';
import { type Relocations, relocationsIn } from './rules/relocation.ts';
import { MAX_TRIED, triedThisRound } from './rules/tried-candidates.ts';
import { isLoadLow, longUnneeded, tooMuchFor, unneededWorkers } from './rules/unneeded-workers.ts';

/**
 * Which nodes can be removed now. First the blockers of the whole fleet, then the candidates in order: no rule may protect the
 * node, its pods must provably fit elsewhere, and where nothing but its being unneeded speaks against it, the load must fit the
 * others and all that must have held for a while. Replaced nodes are removed before those.
 */
export function planShrink(
  context: DecisionContext,
  growth: Growth,
  round: { readonly isAborting: boolean; readonly repairs: readonly string[] },
): Disruption {
  const relocations = relocationsIn(context);
  const unneeded = unneededWorkers(context, growth, relocations);
  // A round by itself has nothing to tell a next one.
  const told = context.snapshot.unneeded === undefined ? {} : { unneeded };
  const replaced = replacedNodes(context);
  const purpose = disruptionReasonOf(context, growth, replaced);
  const blocker = disruptionBlockerOf({ situation: context, growth, purpose, ...round });
  if (blocker === undefined) {
    const search = { purpose, replaced, relocations, unneeded };
    return { ...pickNodes(context, growth, search), ...told };
  }
  const held = nodesOf(context.fleet.workers).map(({ node }) => ({
    nodeName: node.name,
    reason: blocker.reason,
  }));
  const kept = [...held, ...uncountedNodes(context, round.repairs)];
  // On an ordinary day nobody expects a removal.
  const isExpected = purpose !== 'unneeded' || unneeded.spareSinceMs !== undefined;
  const refusals: Refusal[] =
    blocker.shouldReport && isExpected ? [{ what: 'shrink', reason: blocker.reason }] : [];
  return { kept, refusals, wakeAtMs: blocker.untilMs, ...told };
}

/** Nodes that hold back low load alone may still go for being unneeded, which needs no purchase. */
function disruptionReasonOf(
  { fleet, policy }: DecisionContext,
  growth: Growth,
  replaced: ReadonlySet<string>,
): Purpose {
  if (fleet.workers.length > policy.nodes.max) return 'over-max';
  if (replaced.size > 0) return 'replaced';
  return isLoadLow(growth) || !policy.consolidation.enabled ? 'low-load' : 'unneeded';
}

interface Search {
  readonly purpose: Purpose;
  readonly replaced: ReadonlySet<string>;
  readonly relocations: Relocations;
  readonly unneeded: UnneededNodes;
}

function pickNodes(context: DecisionContext, growth: Growth, search: Search): Disruption {
  const { policy, fleet } = context;
  const removals: WantedRemoval[] = [];
  const kept: RetainedNode[] = [...uncountedNodes(context, [])];
  const surplus = fleet.workers.length - growth.keepsAtLeast;
  const max = search.purpose === 'over-max' ? 1 : Math.min(policy.shrink.maxNodesPerDecision, surplus);
  const candidates = inCandidateOrder(nodesOf(fleet.workers), context);
  const keeps = retentionReasonOf(context, growth, { ...search, candidates });
  for (const worker of candidates) {
    const nodeName = worker.node.name;
    const reason = removals.length >= max ? deferredReason(removals.length, max) : keeps(worker);
    if (reason !== undefined) {
      kept.push({ nodeName, reason });
      continue;
    }
    const instanceId = worker.node.instanceId ?? '';
    removals.push({ nodeName, instanceId, reasons: [removalReason(context, worker, search)] });
  }
  return {
    removals,
    kept: kept.sort((a, b) => (a.nodeName < b.nodeName ? -1 : 1)),
    refusals: removals.length > 0 ? [] : nothingGoes(kept, search),
    wakeAtMs: removals.length > 0 ? undefined : firstDueMs(kept),
  };
}

/** What the plan says where no node can go though removals were looked at; that one is only too early is no refusal. */
function nothingGoes(kept: readonly RetainedNode[], { purpose }: Search): readonly Refusal[] {
  if (purpose === 'unneeded' || firstDueMs(kept) !== undefined) return [];
  const text = `no worker can be removed: ${kept.length} are protected or needed`;
  return [{ what: 'shrink', reason: { code: 'no-safe-candidate', text } }];
}

/** When the first of the nodes that are not needed will have been so for long enough. */
function firstDueMs(kept: readonly RetainedNode[]): number | undefined {
  const times = kept.map(({ reason }) =>
    reason.code === 'needed-lately' ? reason.facts?.['untilMs'] : undefined,
  );
  return earliest(...times.filter((time) => typeof time === 'number'));
}

/** Answers why a worker stays; one that may go is taken off the fleet that the next answers are about. */
function retentionReasonOf(
  context: DecisionContext,
  { stuckPodHold }: Growth,
  {
    purpose,
    replaced,
    relocations,
    unneeded,
    candidates,
  }: Search & { readonly candidates: readonly NodeWorker[] },
): (worker: NodeWorker) => Reason | undefined {
  const protections = protectionsFor(context);
  const isChoice = purpose === 'low-load' || purpose === 'unneeded';
  const earnsItsKeep = isChoice ? earningWorkers(context) : () => undefined;
  const going: Worker[] = [];
  // Of many workers each is asked about twice; what protects one changes only when another has gone.
  const known = new Map<NodeWorker, Reason | undefined>();
  const keeps = (worker: NodeWorker) => {
    if (purpose === 'replaced' && !replaced.has(worker.node.name)) return BLOCKED_BY_REPLACEMENT;
    if (!known.has(worker)) known.set(worker, protections.of(worker) ?? earnsItsKeep(worker, going));
    return known.get(worker);
  };
  const isEarly = isChoice ? longUnneeded(unneeded, context) : () => undefined;
  const isTried = triedThisRound(candidates, context, (worker) => keeps(worker) ?? isEarly(worker));
  const needed = (worker: NodeWorker) =>
    isChoice ? tooMuchFor([...going, worker], purpose === 'low-load', context) : undefined;
  return (worker) => {
    const reason =
      (purpose === 'over-max' ? undefined : stuckPodHold(worker.node)) ??
      keeps(worker) ??
      isEarly(worker) ??
      (isTried(worker) ? (needed(worker) ?? relocations.of(worker)) : NOT_TRIED_YET);
    if (reason !== undefined) return reason;
    protections.noteRemoved(worker);
    known.clear();
    going.push(worker);
    return undefined;
  };
}

const BLOCKED_BY_REPLACEMENT: Reason = {
  code: 'others-first',
  text: 'workers with ready replacements are removed first (policy: consolidation)',
};

const NOT_TRIED_YET: Reason = {
  code: 'not-tried-yet',
  text: `whether its pods fit elsewhere was not tried in this round: of many candidates ${MAX_TRIED} are tried at a time`,
};

type NodeWorker = Worker & { readonly node: NonNullable<Worker['node']> };

function nodesOf(workers: readonly Worker[]): readonly NodeWorker[] {
  return workers.filter((worker): worker is NodeWorker => worker.node !== undefined);
}

/** Nodes that are no capacity, and why, but for those that this round replaces. */
function uncountedNodes({ fleet, nowMs }: DecisionContext, repairs: readonly string[]): RetainedNode[] {
  const staying = nodesOf(fleet.uncounted).filter(({ node }) => !repairs.includes(node.name));
  return staying.map((worker) => {
    const text = whyNotCounted(worker, nowMs);
    return { nodeName: worker.node.name, reason: { code: 'not-counted', text } };
  });
}

function whyNotCounted(worker: NodeWorker, nowMs: number): string {
  const { node, condition } = worker;
  if (condition === 'unmanaged')
    return `${node.name} does not count: no launch of this fleet made its instance, so its startup taint stays`;
  return node.isReady
    ? `${node.name} no longer counts: its instance is terminating`
    : `${node.name} no longer counts: not ready for ${secondsText(unreadyForMs(node, nowMs))}`;
}

function deferredReason(removed: number, max: number): Reason {
  const text = `${removed} of at most ${max} removal(s) a decision go first`;
  return { code: 'others-first', text, facts: { removed, most: max } };
}

function removalReason(context: DecisionContext, worker: Worker, { purpose, unneeded }: Search): Reason {
  const { fleet, policy, nowMs } = context;
  const workers = fleet.workers.length;
  const where = `${worker.lifecycle ?? 'unknown'} in ${worker.zone ?? 'an unknown zone'}`;
  if (purpose === 'replaced') {
    const text = `${worker.id} (${where}) is replaced by capacity that is ready; all its pods fit elsewhere`;
    return { code: 'replaced', text, facts: { workers } };
  }
  if (purpose === 'over-max') {
    const text = `${workers} workers, the maximum is ${policy.nodes.max}; ${worker.id} (${where}) is the first candidate for removal`;
    return { code: 'above-maximum', text, facts: { workers, max: policy.nodes.max } };
  }
  const unneededSinceMs = unneeded.sinceMs[worker.id] ?? nowMs;
  const facts = { workers, unneededSinceMs };
  if (purpose === 'unneeded') {
    const text = `${workers} workers; all pods of ${worker.id} (${where}) and the load fit the others, for ${secondsText(nowMs - unneededSinceMs)} now`;
    return { code: 'unneeded', text, facts };
  }
  const { cpu, memory, downWindowSeconds, enabled } = policy.utilization;
  const low = enabled
    ? `CPU below ${cpu.downPercent} % and memory below ${memory.downPercent} % for ${downWindowSeconds} s`
    : 'metrics are off';
  const text = `${low}, ${workers} workers; all pods of ${worker.id} (${where}) fit elsewhere`;
  return { code: 'low-load', text, facts };
}
