import type { DaemonOverhead } from '../model/daemon-overhead.ts';
import { type Offering, offeringKey } from '../model/offering.ts';
import { type Pod, podRef } from '../model/pod.ts';
import type { Reason } from '../model/reason.ts';
import { buyableNode } from './model.ts';
import { solve } from './solve.ts';
import { unschedulableReason, unplacedRefusal } from './unschedulable-reason.ts';

export interface PackOptions {
  /** What every node carries by itself. @default nothing */
  readonly daemons?: readonly DaemonOverhead[];
  /** Never more nodes than this. @default no bound */
  readonly maxNodes?: number;
}

/** One node to buy. */
export interface PlannedNode {
  /** `n1`, `n2` and so on; also its `kubernetes.io/hostname`. */
  readonly id: string;
  readonly offering: Offering;
}

/** A fleet made from nothing for a list of pods. */
export interface FleetPacking {
  readonly nodes: readonly PlannedNode[];
  /** In an order in which the scheduler may bind them: every required constraint holds at its time. */
  readonly bindings: readonly { readonly pod: Pod; readonly nodeId: string }[];
  /** Pods that no node of these offerings can hold, each with the nearest offering and what is missing. */
  readonly unplaced: readonly { readonly pod: Pod; readonly reason: Reason }[];
  readonly costUsdPerHour: number;
}

/**
 * The fleet to buy for these pods, from nothing: which offerings, and which pod goes where. Deterministic, and the same
 * whatever the order of pods or offerings. An offering of unknown price is never bought.
 *
 * Spread counts every zone of the offerings as a domain, with or without a planned node, and a hostname without such
 * pods too, since another node is always possible: stricter than the scheduler, which sees existing nodes only.
 */
export function packFleet(
  pods: readonly Pod[],
  offerings: readonly Offering[],
  options: PackOptions = {},
): FleetPacking {
  const { daemons = [], maxNodes = Number.POSITIVE_INFINITY } = options;
  const priced = offerings
    .filter((offering) => offering.priceUsdPerHour !== undefined)
    .sort((a, b) => (offeringKey(a) < offeringKey(b) ? -1 : 1));
  const buyable = priced.map((offering) => buyableNode(offering, daemons, offering.priceUsdPerHour ?? 0));
  const solution = solve({ pods, buyable, present: [], maxNewNodes: maxNodes });
  const nodes = solution.newNodes.map(({ offering }, index) => ({ id: `n${index + 1}`, offering }));
  const isFull = nodes.length >= maxNodes;
  return {
    nodes,
    bindings: solution.placements.map(({ pod, newNode }) => ({
      pod,
      nodeId: nodes[newNode ?? -1]?.id ?? '',
    })),
    unplaced: solution.unplaced.map((pod) => {
      const refusal = unschedulableReason(pod, { offerings: priced, daemons });
      if (refusal === undefined && isFull) return { pod, reason: atMaximum(pod, maxNodes) };
      return { pod, reason: (refusal ?? unplacedRefusal(pod)).reason };
    }),
    costUsdPerHour: nodes.reduce((sum, { offering }) => sum + (offering.priceUsdPerHour ?? 0), 0),
  };
}

function atMaximum(pod: Pod, maxNodes: number): Reason {
  const text = `pod ${podRef(pod)} has no room on ${maxNodes} nodes, the most there may be`;
  return { code: 'max-nodes', text, facts: { maxNodes } };
}
