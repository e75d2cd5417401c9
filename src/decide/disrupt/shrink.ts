import type { KeptNode, Refusal } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import { unreadyForMs } from '../../model/worker-condition.ts';
import type { Growth } from '../launch/growth.ts';
import type { Disruption, WantedRemoval } from '../state/disruption.ts';
import type { Worker } from '../state/fleet.ts';
import type { Purpose } from '../state/purpose.ts';
import { replacedNodes } from '../state/replaced-nodes.ts';
import type { Situation } from '../state/situation.ts';
import { secondsText } from '../text/wording.ts';
import { brakeOf } from './rules/brakes.ts';
import { inCandidateOrder } from './rules/candidates.ts';
import { protectionsFor } from './rules/protections.ts';
import { relocator } from './rules/relocation.ts';
import { MOST_TRIED, triedThisRound } from './rules/tried-candidates.ts';

/**
 * Which nodes may go now. First the brakes that hold the whole fleet, then the candidates in their order: each must be
 * protected by no rule and its pods must provably fit elsewhere. Nodes whose replacements are ready go before any for low load.
 */
export function planShrink(
  situation: Situation,
  growth: Growth,
  round: { readonly isAborting: boolean; readonly repairs: readonly string[] },
): Disruption {
  const replaced = replacedNodes(situation);
  const purpose = purposeOf(situation, replaced);
  const brake = brakeOf({ situation, growth, purpose, ...round });
  if (brake === undefined) return pickNodes(situation, growth, { purpose, replaced });
  const held = nodesOf(situation.fleet.workers).map(({ node }) => ({
    nodeName: node.name,
    reason: brake.reason,
  }));
  const kept = [...held, ...uncountedNodes(situation, round.repairs)];
  const refusals: Refusal[] = brake.isWorthSaying ? [{ what: 'shrink', reason: brake.reason }] : [];
  return { kept, refusals, wakeAtMs: brake.untilMs };
}

function purposeOf({ fleet, policy }: Situation, replaced: ReadonlySet<string>): Purpose {
  if (fleet.workers.length > policy.nodes.max) return 'over-max';
  return replaced.size > 0 ? 'replaced' : 'low-load';
}

interface Search {
  readonly purpose: Purpose;
  readonly replaced: ReadonlySet<string>;
}

function pickNodes(situation: Situation, growth: Growth, search: Search): Disruption {
  const { policy, fleet } = situation;
  const removals: WantedRemoval[] = [];
  const kept: KeptNode[] = [...uncountedNodes(situation, [])];
  const surplus = fleet.workers.length - growth.keepsAtLeast;
  const most = search.purpose === 'over-max' ? 1 : Math.min(policy.shrink.maxNodesPerDecision, surplus);
  const candidates = inCandidateOrder(nodesOf(fleet.workers), situation.snapshot);
  const keeps = keeperOf(situation, search, candidates);
  for (const worker of candidates) {
    const nodeName = worker.node.name;
    const reason = removals.length >= most ? notNow(removals.length, most) : keeps(worker);
    if (reason !== undefined) {
      kept.push({ nodeName, reason });
      continue;
    }
    const instanceId = worker.node.instanceId ?? '';
    removals.push({ nodeName, instanceId, reasons: [whyItGoes(situation, worker, search.purpose)] });
  }
  const nothing = `no worker can go: ${kept.length} are protected or needed`;
  const refusals: Refusal[] =
    removals.length > 0 ? [] : [{ what: 'shrink', reason: { code: 'no-safe-candidate', text: nothing } }];
  return {
    removals,
    kept: kept.sort((a, b) => (a.nodeName < b.nodeName ? -1 : 1)),
    refusals,
  };
}

/** Answers why a worker stays; one that may go is taken off the fleet that the next answers are about. */
function keeperOf(
  situation: Situation,
  { purpose, replaced }: Search,
  candidates: readonly NodeWorker[],
): (worker: NodeWorker) => Reason | undefined {
  const protections = protectionsFor(situation);
  const relocate = relocator(situation);
  // Of many workers each is asked about twice; what protects one changes only when another has gone.
  const known = new Map<NodeWorker, Reason | undefined>();
  const keeps = (worker: NodeWorker) => {
    if (purpose === 'replaced' && !replaced.has(worker.node.name)) return OTHERS_ARE_REPLACED;
    if (!known.has(worker)) known.set(worker, protections.of(worker));
    return known.get(worker);
  };
  const isTried = triedThisRound(candidates, situation, keeps);
  return (worker) => {
    const reason = keeps(worker) ?? (isTried(worker) ? relocate(worker) : NOT_TRIED_YET);
    if (reason !== undefined) return reason;
    protections.noteRemoved(worker);
    known.clear();
    return undefined;
  };
}

const OTHERS_ARE_REPLACED: Reason = {
  code: 'others-first',
  text: 'workers whose replacements are ready go first (policy: consolidation)',
};

const NOT_TRIED_YET: Reason = {
  code: 'not-tried-yet',
  text: `whether its pods fit elsewhere was not tried in this round: of many candidates ${MOST_TRIED} are tried at a time`,
};

type NodeWorker = Worker & { readonly node: NonNullable<Worker['node']> };

function nodesOf(workers: readonly Worker[]): readonly NodeWorker[] {
  return workers.filter((worker): worker is NodeWorker => worker.node !== undefined);
}

/** Nodes that are no capacity, and why, but for those that this round replaces. */
function uncountedNodes({ fleet, nowMs }: Situation, repairs: readonly string[]): KeptNode[] {
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
    ? `${node.name} no longer counts: its instance is going`
    : `${node.name} no longer counts: not ready for ${secondsText(unreadyForMs(node, nowMs))}`;
}

function notNow(removed: number, most: number): Reason {
  const text = `${removed} of at most ${most} removal(s) a decision go first`;
  return { code: 'others-first', text, facts: { removed, most } };
}

function whyItGoes(situation: Situation, worker: Worker, purpose: Purpose): Reason {
  const { fleet, policy } = situation;
  const where = `${worker.lifecycle ?? 'unknown'} in ${worker.zone ?? 'an unknown zone'}`;
  if (purpose === 'replaced') {
    const text = `${worker.id} (${where}) is replaced by cheaper capacity that is ready; all its pods fit elsewhere`;
    return { code: 'replaced', text, facts: { workers: fleet.workers.length } };
  }
  if (purpose === 'over-max') {
    const text = `${fleet.workers.length} workers, the maximum is ${policy.nodes.max}; ${worker.id} (${where}) is the first that may go`;
    return { code: 'above-maximum', text, facts: { workers: fleet.workers.length, max: policy.nodes.max } };
  }
  const { cpu, memory, downWindowSeconds, enabled } = policy.utilization;
  const low = enabled
    ? `CPU below ${cpu.downPercent} % and memory below ${memory.downPercent} % for ${downWindowSeconds} s`
    : 'metrics are off';
  const text = `${low}, ${fleet.workers.length} workers; all pods of ${worker.id} (${where}) fit elsewhere`;
  return { code: 'low-load', text, facts: { workers: fleet.workers.length } };
}
