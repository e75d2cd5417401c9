import { type Offering, offeringKey } from '../../../model/offering.ts';
import type { Demand, Refusal } from '../../../model/plan.ts';
import { podShape } from '../../../model/pod-shape.ts';
import { type Pod, podRef } from '../../../model/pod.ts';
import type { ReasonCode } from '../../../model/reason-codes.ts';
import type { Reason } from '../../../model/reason.ts';
import type { Taint } from '../../../model/taint.ts';
import {
  fitsAny,
  unschedulableReason,
  unavailableRefusal,
  unplacedRefusal,
  vainPurchaseRefusal,
} from '../../../packing/unschedulable-reason.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { type FleetLayout, fleetLayout } from '../../state/fleet-layout.ts';
import { stuckPodHold } from '../../state/stuck-pods.ts';
import { vainPurchases } from '../../state/vain-purchases.ts';
import { countText, secondsText } from '../../text/wording.ts';
import { type NewNode, packWaiting } from '../nodes-to-buy.ts';
import { helpablePods } from './blocked-pods.ts';
import type { DemandAnswer, DemandContext, DemandSource, NodeRequest } from './demand-source.ts';
import { countsFromMs, waitingPods } from './waiting-pods.ts';

/** What pods that wait for a node ask for. */
export interface PendingDemand {
  readonly demand: Demand;
  /** Nodes to buy now, filled; empty while the batch is open or a cooldown holds. */
  readonly nodes: readonly NewNode[];
  /** Pods that no node, present or in flight, has room for and that a worker could host. */
  readonly uncovered: number;
  /** Those of them that a node to be bought helps, and pods that only wait for room that is there or comes; they hold back shrinking. */
  readonly waiting: number;
  /** Pods that no node can help now, and those that wait though they would fit: each keeps the nodes on which it might run. */
  readonly stuck: readonly Pod[];
  /** Whether a node that is bought, or one that leaves, would help. */
  readonly isHelpable: boolean;
  readonly refusals: readonly Refusal[];
  readonly wakeAtMs: number | undefined;
}

/** Nodes for pods that wait, as they were packed. */
export const pendingDemand: DemandSource = {
  name: 'pending',
  evaluate: (context: DemandContext): DemandAnswer => {
    const need = pendingNeed(context.situation, context.usable);
    const { demand, waiting, stuck } = need;
    const { reasons } = demand;
    const startsCooldown = context.situation.policy.pending.obeysCooldown;
    const packed = need.nodes.map(({ offering, offerings, pods }) => ({
      wish: {
        offerings,
        nominatedPods: pods.map(podRef).sort(),
        boughtFor: [...new Set(pods.map(podShape))].sort(),
        reasons,
        startsCooldown,
        ...(pods.some(({ owner }) => owner?.kind === 'Job') && { forJobs: true as const }),
      },
      offering,
    }));
    return {
      demand,
      packed,
      requests: restOf(need, context),
      refusals: need.refusals,
      waitingPods: waiting,
      wakeAtMs: need.wakeAtMs,
      stuckPods: stuck,
      ...(need.isHelpable && { isWanted: true, stopsDrains: reasons }),
      ...(waiting > 0 && { holdsShrink: { reason: podsWait(waiting), purposes: HELD_BY_PODS } }),
    };
  },
};

/** A pod that would fit, and that the scheduler has not bound for so long, waits for something that is not known here. */
const OVERLOOKED_AFTER_MS = 600_000;
/** How an offering is asked for where there is no other. */
const NO_ALTERNATIVE = { isOnly: true } as const;
const HELD_BY_PODS = ['low-load', 'unneeded', 'replaced', 'replacement'] as const;

function podsWait(waiting: number): Reason {
  return { code: 'pods-wait', text: `${countText(waiting, 'pod')} wait for a place`, facts: { waiting } };
}

/** Sizing by step may want more nodes than the pods fill; where nothing could be packed, there is nothing to buy, and that is said. */
function restOf(
  need: PendingDemand,
  { usable, mix, situation: context }: DemandContext,
): readonly NodeRequest[] {
  const { demand, nodes, uncovered } = need;
  if (demand.nodes === undefined) return [];
  const isLacking = nodes.length === 0 && uncovered > 0 && usable.length === 0;
  const more = nodes.length === 0 ? Number(isLacking) : demand.nodes - mix.total - nodes.length;
  const { obeysCooldown } = context.policy.pending;
  const { reasons } = demand;
  return more > 0 ? [{ count: more, offerings: usable, reasons, startsCooldown: obeysCooldown }] : [];
}

/** Packs the waiting pods onto what there is, what boots, and then onto nodes to buy from `usable` offerings. */
export function pendingNeed(context: DecisionContext, usable: readonly Offering[]): PendingDemand {
  const { policy, snapshot, nowMs } = context;
  const { pending } = policy;
  if (!pending.enabled) return nothing('pending-off', 'pending pods are off in the policy');
  const { counting: waiting, nextAtMs } = waitingPods(snapshot.pods, pending.minAgeSeconds, nowMs);
  const { pods: counting, refusals } = helpablePods(waiting, snapshot);
  if (counting.length === 0) {
    return { ...nothing('no-pending-pods', 'no pod waits for a node'), refusals, wakeAtMs: nextAtMs };
  }
  const packed = pack(context, counting, usable);
  const isWaiting = packed.uncovered.length > 0;
  const closesAtMs = batchClosesAtMs(packed.uncovered, context);
  const base = {
    uncovered: packed.uncovered.length,
    waiting: counting.length - packed.unplaceable.length - packed.stuck.length,
    stuck: packed.stuck,
    isHelpable: packed.nodes.length > 0 || mightRunOnLeaving(packed.stuck, context),
    refusals: [...refusals, ...packed.refusals],
    wakeAtMs: nextAtMs,
  };
  if (!isWaiting) return { ...base, nodes: [], demand: covered(counting.length, packed.unplaceable.length) };
  if (closesAtMs > nowMs) {
    const text = `${countText(packed.uncovered.length, 'pod')} ${packed.uncovered.length === 1 ? 'waits' : 'wait'} for a node; the batch closes in ${closesAtMs - nowMs} ms`;
    const demand = noDemand({ code: 'batch-open', text, facts: { pods: packed.uncovered.length } });
    return { ...base, nodes: [], demand, wakeAtMs: Math.min(nextAtMs ?? closesAtMs, closesAtMs) };
  }
  return { ...base, ...sized(context, packed, base) };
}

/** A node that leaves may be the very one that such a pod waits for. */
function mightRunOnLeaving(stuck: readonly Pod[], { fleet, snapshot }: DecisionContext): boolean {
  if (stuck.length === 0 || fleet.leaving.length === 0) return false;
  const holds = stuckPodHold(stuck, snapshot);
  // Our own cordon would go with the removal.
  return fleet.leaving.some(
    ({ node }) =>
      node !== undefined && holds({ ...node, taints: node.taints.filter(isLasting) }) !== undefined,
  );
}

function isLasting({ key }: Taint): boolean {
  return key !== 'node.kubernetes.io/unschedulable';
}

interface Packed {
  /** Of those that wait, the pods that no new node helps now, or that wait for long though they would fit. */
  readonly stuck: readonly Pod[];
  readonly uncovered: readonly Pod[];
  readonly unplaceable: readonly Pod[];
  readonly nodes: readonly NewNode[];
  readonly refusals: readonly Refusal[];
}

function pack(context: DecisionContext, counting: readonly Pod[], usable: readonly Offering[]): Packed {
  const layout = fleetLayout(context);
  const inVain = vainPurchases(context.snapshot, counting, context.nowMs);
  const unclaimed = counting.filter((pod) => !layout.nominated.has(podRef(pod)));
  const pods = unclaimed.filter((pod) => inVain(pod) === undefined);
  const first = packWaiting(context, { layout, pods, usable });
  const again = retried(context, { layout, usable }, first.unplaced);
  const nodes = [...first.nodes, ...again.nodes];
  const unplaceable = unclaimed.filter((pod) => inVain(pod) !== undefined);
  const onlyUnavailable: Pod[] = [];
  const vain = unplaceable.flatMap((pod) => {
    const purchase = inVain(pod);
    return purchase === undefined ? [] : [vainPurchaseRefusal(pod, purchase)];
  });
  const others = again.unplaced.flatMap((pod): Refusal[] => {
    const never = unschedulableReason(pod, context.snapshot);
    if (never !== undefined) {
      unplaceable.push(pod);
      return [never];
    }
    if (fitsAny(pod, usable, context.snapshot.daemons)) return [unplacedRefusal(pod)];
    onlyUnavailable.push(pod);
    return [unavailableRefusal(pod)];
  });
  const bought = new Set(nodes.flatMap((node) => node.pods));
  const hopeless = new Set(unplaceable);
  const unplaced = again.unplaced.filter((pod) => !hopeless.has(pod));
  const overlooked = pods
    .filter((pod) => !bought.has(pod) && !again.unplaced.includes(pod))
    .filter(waitsLong);
  const stuck = [...unplaced, ...overlooked];
  const uncovered = [...bought, ...onlyUnavailable];
  return { uncovered, unplaceable, stuck, nodes, refusals: [...vain, ...others] };

  function waitsLong({ unschedulableSinceMs = context.nowMs }: Pod): boolean {
    return context.nowMs - unschedulableSinceMs > OVERLOOKED_AFTER_MS;
  }
}

/** Pods without an alternative need not wait as long for what rests as those with one: it is asked for again sooner. */
function retried(
  context: DecisionContext,
  { layout, usable }: { readonly layout: FleetLayout; readonly usable: readonly Offering[] },
  unplaced: readonly Pod[],
): { readonly nodes: readonly NewNode[]; readonly unplaced: readonly Pod[] } {
  const rested = context.snapshot.offerings.filter(
    (offering) =>
      !usable.includes(offering) &&
      context.unavailableUntil(offeringKey(offering), NO_ALTERNATIVE) === undefined,
  );
  if (rested.length === 0 || unplaced.length === 0) return { nodes: [], unplaced };
  const { daemons } = context.snapshot;
  const pods = unplaced.filter((pod) => !fitsAny(pod, usable, daemons) && fitsAny(pod, rested, daemons));
  if (pods.length === 0) return { nodes: [], unplaced };
  const packed = packWaiting(context, { layout, pods, usable: rested });
  const left = new Set(packed.unplaced);
  return { nodes: packed.nodes, unplaced: unplaced.filter((pod) => !pods.includes(pod) || left.has(pod)) };
}

/** A batch closes when no further pod joined for `batchIdleMs`, at the latest `batchMaxMs` after its first. */
function batchClosesAtMs(pods: readonly Pod[], { policy, nowMs }: DecisionContext): number {
  const { batchIdleMs, batchMaxMs, minAgeSeconds } = policy.pending;
  let newest = Number.NEGATIVE_INFINITY;
  let oldest = Number.POSITIVE_INFINITY;
  for (const pod of pods) {
    const atMs = countsFromMs(pod, minAgeSeconds, nowMs);
    newest = Math.max(newest, atMs);
    oldest = Math.min(oldest, atMs);
  }
  return Math.min(newest + batchIdleMs, oldest + batchMaxMs);
}

function sized(
  context: DecisionContext,
  packed: Packed,
  base: Pick<PendingDemand, 'refusals' | 'wakeAtMs'>,
): Pick<PendingDemand, 'nodes' | 'demand' | 'refusals' | 'wakeAtMs'> {
  const { policy, nowMs, cooldowns } = context;
  const reason = needReason(context, packed);
  if (policy.pending.obeysCooldown && cooldowns.growthUntilMs > nowMs) {
    const left = secondsText(cooldowns.growthUntilMs - nowMs);
    const text = `${reason.text}; suppressed by the cooldown after growth for another ${left}`;
    const refusal: Refusal = { what: 'grow', reason: { code: 'suppressed-by-cooldown', text } };
    const wakeAtMs = Math.min(base.wakeAtMs ?? cooldowns.growthUntilMs, cooldowns.growthUntilMs);
    return { nodes: [], demand: noDemand(reason), refusals: [...base.refusals, refusal], wakeAtMs };
  }
  const total = targetNodes(context, packed);
  const max = policy.pending.maxNodesPerDecision;
  const nodes = packed.nodes.slice(0, Math.max(0, Math.min(max, total - context.fleet.workers.length)));
  const refusals = [...base.refusals];
  if (packed.nodes.length > max) {
    const text = `${packed.nodes.length} nodes are needed, a decision launches at most ${max} for pending pods`;
    refusals.push({ what: 'grow', reason: { code: 'max-nodes-per-decision', text } });
  }
  return {
    nodes,
    demand: { name: 'pending', nodes: total, reasons: [reason] },
    refusals,
    wakeAtMs: base.wakeAtMs,
  };
}

/** By packing: as many as the pods need; by step: a fixed number above the ready nodes, so that booting nodes count (R11). */
function targetNodes({ policy, fleet }: DecisionContext, packed: Packed): number {
  const { pending, utilization } = policy;
  const have = fleet.workers.length;
  if (pending.sizing === 'packing') return have + Math.min(packed.nodes.length, pending.maxNodesPerDecision);
  const ready = fleet.workers.filter((worker) => worker.condition === 'ready').length;
  const isUrgent = packed.uncovered.length > utilization.urgentPendingPods;
  return Math.max(have, ready + (isUrgent ? utilization.urgentStep : utilization.step));
}

function needReason({ nowMs }: DecisionContext, packed: Packed): Reason {
  const oldest = Math.min(
    ...packed.uncovered.map((pod) => Math.min(pod.unschedulableSinceMs ?? nowMs, nowMs)),
  );
  const verbs = packed.uncovered.length === 1 ? ['fits', 'needs'] : ['fit', 'need'];
  const text = `${countText(packed.uncovered.length, 'pending pod')} ${verbs[0]} no present node and ${verbs[1]} ${countText(packed.nodes.length, 'new node')}; the oldest waits ${secondsText(nowMs - oldest)}`;
  const facts = { pendingPods: packed.uncovered.length, newNodes: packed.nodes.length };
  return { code: 'pending-pods', text, facts };
}

function covered(counting: number, unplaceable: number): Demand {
  const text = `${countText(counting - unplaceable, 'waiting pod')} fit on present or booting nodes, ${unplaceable} fit no offering`;
  return noDemand({
    code: 'pending-covered',
    text,
    facts: { covered: counting - unplaceable, hopeless: unplaceable },
  });
}

function noDemand(reason: Reason): Demand {
  return { name: 'pending', nodes: undefined, reasons: [reason] };
}

function nothing(code: ReasonCode, text: string): PendingDemand {
  const demand = noDemand({ code, text });
  return {
    demand,
    nodes: [],
    uncovered: 0,
    waiting: 0,
    stuck: [],
    isHelpable: false,
    refusals: [],
    wakeAtMs: undefined,
  };
}
