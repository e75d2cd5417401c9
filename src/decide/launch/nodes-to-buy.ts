import { type Offering, type OfferingKey, offeringKey } from '../../model/offering.ts';
import type { Pod } from '../../model/pod.ts';
import { buyableNode } from '../../packing/model.ts';
import type { NodeToBuy } from '../../packing/solution.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import type { FleetLayout } from '../state/fleet-layout.ts';
import { type FleetMix, mixOf, nextLifecycle, rankOfferings, withWorker } from './choice.ts';

/** A node to buy, the pods it is for, and the offerings that could be it. */
export interface NewNode {
  readonly pods: readonly Pod[];
  readonly offering: Offering;
  /** Offerings that hold all its pods, the preferred first. */
  readonly offerings: readonly OfferingKey[];
}

export interface WaitingPacked {
  readonly nodes: readonly NewNode[];
  readonly unplaced: readonly Pod[];
}

/** Factor on the highest price for offerings of unknown price: they are chosen only when nothing else fits. */
const UNKNOWN_TIMES = 1000;

/**
 * Packs waiting pods onto the nodes that are there or come, and onto nodes to buy from `usable` offerings where these do not
 * suffice. Which nodes, and which pods on each, is decided by what offerings are expected to cost; what each node is then
 * bought as, in the order of the pods' priority, by the shares and the spread that the policy asks for.
 */
export function packWaiting(
  context: DecisionContext,
  {
    layout,
    pods,
    usable,
  }: { readonly layout: FleetLayout; readonly pods: readonly Pod[]; readonly usable: readonly Offering[] },
): WaitingPacked {
  const costOf = expectedCosts(context, usable);
  const sorted = [...usable].sort((a, b) => (offeringKey(a) < offeringKey(b) ? -1 : 1));
  const buyable = sorted.map((offering) => buyableNode(offering, context.snapshot.daemons, costOf(offering)));
  const { present } = layout;
  const maxNewNodes = Number.POSITIVE_INFINITY;
  const { newNodes, unplaced } = context.solve({ pods, buyable, present, maxNewNodes });
  return {
    nodes: bought(context, newNodes),
    unplaced,
  };
}

/**
 * Expected costs that the packer compares. An unknown price is never cheap; among unknown ones the larger type counts as more
 * expensive.
 */
function expectedCosts(
  { costOf }: DecisionContext,
  usable: readonly Offering[],
): (offering: Offering) => number {
  const dearest = usable.reduce((max, one) => Math.max(max, costOf(one)?.totalUsdPerHour ?? 0), 1e-6);
  return (offering) => {
    const { cpuMillis, memoryMiB } = offering.allocatable;
    return (
      costOf(offering)?.totalUsdPerHour ?? dearest * UNKNOWN_TIMES * (1 + cpuMillis / 1e3 + memoryMiB / 1e4)
    );
  };
}

function bought(context: DecisionContext, nodes: readonly NodeToBuy[]): readonly NewNode[] {
  const { policy, fleet, costOf, isUnproven } = context;
  const urgency = ({ pods }: NodeToBuy) => Math.max(...pods.map(({ priority }) => priority));
  let mix: FleetMix = mixOf(fleet.workers);
  return [...nodes]
    .sort((a, b) => urgency(b) - urgency(a))
    .map(({ pods, offering, couldBe, preferredZone }): NewNode => {
      const ranked = rankOfferings(couldBe(), {
        lifecycle: nextLifecycle(mix, policy.spot),
        mix,
        spreadPercent: policy.spot.spreadPercent,
        costOf: (one) => costOf(one)?.totalUsdPerHour,
        preferredZone,
        isUnproven,
      });
      const first = ranked[0] ?? offering;
      mix = withWorker(mix, first);
      return { pods, offering: first, offerings: ranked.map(offeringKey) };
    });
}
