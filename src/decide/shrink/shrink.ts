import type { KeptNode, Refusal, RemoveAction } from '../../model/plan.ts';
import type { Worker } from '../fleet.ts';
import type { Growth } from '../growth.ts';
import type { Situation } from '../situation.ts';
import { secondsText } from '../wording.ts';
import { brakeOf } from './brakes.ts';
import { inCandidateOrder } from './candidates.ts';
import { protectionsFor } from './protections.ts';
import { relocator } from './relocation.ts';

export type WantedRemoval = Pick<RemoveAction, 'nodeName' | 'instanceId' | 'reasons'>;

export interface Shrink {
  readonly removals: readonly WantedRemoval[];
  /** Why each other worker stays. */
  readonly kept: readonly KeptNode[];
  readonly refusals: readonly Refusal[];
  readonly wakeAtMs: number | undefined;
}

/**
 * Which nodes may go now. First the brakes that hold the whole fleet, then the candidates in their order: each must be
 * protected by no rule and its pods must provably fit elsewhere.
 */
export function planShrink(
  situation: Situation,
  growth: Growth,
  round: { readonly isAborting: boolean; readonly repairs: readonly string[] },
): Shrink {
  const isOverMax = situation.fleet.workers.length > situation.policy.nodes.max;
  const brake = brakeOf({ situation, growth, isOverMax, ...round });
  if (brake !== undefined) {
    const held = nodesOf(situation.fleet.workers).map(({ node }) => ({
      nodeName: node.name,
      reason: brake.reason,
    }));
    const kept = [...held, ...lostNodes(situation, round.repairs)];
    const refusals: Refusal[] = brake.isWorthSaying ? [{ what: 'shrink', reason: brake.reason }] : [];
    return { removals: [], kept, refusals, wakeAtMs: brake.untilMs };
  }
  return pickNodes(situation, growth, isOverMax);
}

function pickNodes(situation: Situation, growth: Growth, isOverMax: boolean): Shrink {
  const { policy, fleet } = situation;
  const removals: WantedRemoval[] = [];
  const kept: KeptNode[] = [...lostNodes(situation, [])];
  const surplus = fleet.workers.length - growth.floor.shrinkFloor;
  const most = isOverMax ? 1 : Math.min(policy.shrink.maxNodesPerDecision, surplus);
  const protections = protectionsFor(situation);
  const relocate = relocator(situation);
  for (const worker of inCandidateOrder(nodesOf(fleet.workers), situation.snapshot)) {
    const nodeName = worker.node.name;
    const reason =
      removals.length >= most ? notNow(removals.length, most) : (protections.of(worker) ?? relocate(worker));
    if (reason !== undefined) {
      kept.push({ nodeName, reason });
      continue;
    }
    protections.noteRemoved(worker);
    const instanceId = worker.node.instanceId ?? '';
    removals.push({ nodeName, instanceId, reasons: [whyItGoes(situation, worker, isOverMax)] });
  }
  const nothing = `no worker can go: ${kept.length} are protected or needed`;
  const refusals: Refusal[] =
    removals.length > 0 ? [] : [{ what: 'shrink', reason: { code: 'no-safe-candidate', text: nothing } }];
  return {
    removals,
    kept: kept.sort((a, b) => (a.nodeName < b.nodeName ? -1 : 1)),
    refusals,
    wakeAtMs: undefined,
  };
}

type NodeWorker = Worker & { readonly node: NonNullable<Worker['node']> };

function nodesOf(workers: readonly Worker[]): readonly NodeWorker[] {
  return workers.filter((worker): worker is NodeWorker => worker.node !== undefined);
}

/** Nodes that no longer count because they are unready for too long or their instance is gone, but for those replaced now. */
function lostNodes({ fleet, nowMs }: Situation, repairs: readonly string[]): KeptNode[] {
  const staying = nodesOf(fleet.lost).filter(({ node }) => !repairs.includes(node.name));
  return staying.map(({ node }) => {
    const unreadyMs = nowMs - (node.readyChangedAtMs ?? node.createdAtMs);
    const text = node.isReady
      ? `${node.name} no longer counts: its instance is going`
      : `${node.name} no longer counts: not ready for ${secondsText(unreadyMs)}`;
    return { nodeName: node.name, reason: { code: 'not-counted', text } };
  });
}

function notNow(removed: number, most: number) {
  const text = `${removed} of at most ${most} removal(s) a decision go first`;
  return { code: 'others-first', text, facts: { removed, most } };
}

function whyItGoes(situation: Situation, worker: Worker, isOverMax: boolean) {
  const { fleet, policy } = situation;
  const where = `${worker.lifecycle ?? 'unknown'} in ${worker.zone ?? 'an unknown zone'}`;
  if (isOverMax) {
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
