import { type Offering, offeringKey } from '../../model/offering.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import type { Resources } from '../../model/resources.ts';
import type { DaemonOverhead } from '../../model/snapshot.ts';
import { neverFits, unplacedRefusal } from '../demands/never-fits.ts';
import { aBin, type Bin } from './bin.ts';
import { Board } from './board.ts';
import { firstFit } from './first-fit.ts';
import { misfit } from './fits.ts';
import { binOfOffering } from './fleet-board.ts';
import { groupPods } from './groups.ts';

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
  const board = new Board();
  for (const bin of emptyDomains(pods, priced)) board.addBin(bin);
  const nodes: PlannedNode[] = [];
  const open = (waiting: readonly Pod[]): Bin | undefined => {
    if (nodes.length >= maxNodes) return undefined;
    const id = `n${nodes.length + 1}`;
    const best = cheapest(waiting, priced, {
      binOf: (offering) => binOfOffering(id, offering, daemons),
      fits: (pod, bin) => misfit(pod, bin, board) === undefined,
    });
    if (best === undefined) return undefined;
    nodes.push({ id, offering: best.offering });
    board.addBin(best.bin);
    return best.bin;
  };
  const { placed, unplaced } = firstFit(board, groupPods(pods, largest(priced)), open);
  const isFull = nodes.length >= maxNodes;
  return {
    nodes,
    bindings: placed.map(({ pod, bin }) => ({ pod, nodeId: bin.id })),
    unplaced: unplaced.map((pod) => {
      const refusal = neverFits(pod, { offerings: priced, daemons });
      if (refusal === undefined && isFull) return { pod, reason: atMaximum(pod, maxNodes) };
      return { pod, reason: (refusal ?? unplacedRefusal(pod)).reason };
    }),
    costUsdPerHour: nodes.reduce((sum, { offering }) => sum + (offering.priceUsdPerHour ?? 0), 0),
  };
}

interface Trial {
  readonly binOf: (offering: Offering) => Bin;
  readonly fits: (pod: Pod, bin: Bin) => boolean;
}

/** The offering that the first of these equal pods fits, at the least price for each of them that it would hold. */
function cheapest(waiting: readonly Pod[], offerings: readonly Offering[], { binOf, fits }: Trial) {
  const pod = waiting[0];
  if (pod === undefined) return undefined;
  let best: { readonly offering: Offering; readonly bin: Bin; readonly cost: number } | undefined;
  for (const offering of offerings) {
    const bin = binOf(offering);
    const cost = (offering.priceUsdPerHour ?? Number.POSITIVE_INFINITY) / holds(bin.free, waiting);
    if ((best === undefined || cost < best.cost) && fits(pod, bin)) best = { offering, bin, cost };
  }
  return best;
}

function holds(free: Resources, waiting: readonly Pod[]): number {
  const { cpuMillis = 0, memoryMiB = 0 } = waiting[0]?.requests ?? {};
  const byCpu = cpuMillis > 0 ? Math.floor(free.cpuMillis / cpuMillis) : waiting.length;
  const byMemory = memoryMiB > 0 ? Math.floor(free.memoryMiB / memoryMiB) : waiting.length;
  return Math.max(1, Math.min(waiting.length, byCpu, byMemory, free.pods));
}

/** Closed bins that stand for the zones, and for the hosts, that have no such pod yet. */
function emptyDomains(pods: readonly Pod[], offerings: readonly Offering[]): readonly Bin[] {
  const isPicky = pods.some((pod) => pod.nodeSelector.length + pod.nodeAffinityTerms.length > 0);
  const byKind = new Map<string, Offering>();
  for (const offering of offerings) {
    const kind = isPicky ? offeringKey(offering) : offering.zone;
    if (!byKind.has(kind)) byKind.set(kind, offering);
  }
  return [...byKind].map(([kind, offering]) => {
    const { labels } = binOfOffering(`any/${kind}`, offering, []);
    return aBin({ id: `any/${kind}`, labels, isOpen: false, allocatable: offering.allocatable });
  });
}

function largest(offerings: readonly Offering[]): Resources {
  return {
    cpuMillis: offerings.reduce((most, { allocatable }) => Math.max(most, allocatable.cpuMillis), 1),
    memoryMiB: offerings.reduce((most, { allocatable }) => Math.max(most, allocatable.memoryMiB), 1),
    pods: 1,
  };
}

function atMaximum(pod: Pod, maxNodes: number): Reason {
  const text = `pod ${podRef(pod)} has no room on ${maxNodes} nodes, the most there may be`;
  return { code: 'max-nodes', text, facts: { maxNodes } };
}
