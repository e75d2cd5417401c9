import { type Offering, offeringKey } from '../../../model/offering.ts';
import type { LaunchOperation } from '../../../model/operation.ts';
import type { Reason } from '../../../model/reason.ts';
import type { Policy } from '../../../policy/policy-schema.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { launchesIn, unendedIn } from '../../state/operation-lists.ts';
import { surplusCredits } from '../../state/surplus-credits.ts';
import { bounded } from '../bounds.ts';
import { type FleetMix, nextLifecycle } from '../choice.ts';
import type { DemandAnswer, DemandContext, DemandSource } from './demand-source.ts';

/** A worker is bought when it saves so much more than it costs: what it saves is a guess of the load to come. */
const MARGIN = 1.25;
/** Money can wait: the fleet is left alone so long after any launch. */
const HOLD_MS = 900_000;
/** Places below nodes.max that are left to pods. */
const RESERVED_PLACES = 1;

/**
 * One spot worker more where its baseline saves more surplus credits than it costs, even at the lowest load of the window. It waits for
 * everything else: nothing is under way, no pod waits, and the share of spot asks for spot next.
 */
export const creditDemand: DemandSource = {
  name: 'surplus-credits',
  evaluate: ({ situation: context, usable, mix, waitingPods }: DemandContext) => {
    const { policy, fleet } = context;
    const isCalm =
      policy.cost.sizeByCredits &&
      waitingPods === 0 &&
      mix.total === fleet.workers.length &&
      fleet.billable + RESERVED_PLACES < policy.nodes.max &&
      !isUnderWay(context);
    if (!isCalm || nextLifecycle(mix, policy.spot) !== 'spot') return NOTHING;
    const savings = worthwhile(
      usable.filter(({ lifecycle, zone }) => lifecycle === 'spot' && isEmptiest(zone, mix, policy)),
      context,
    );
    const worst = savings.at(-1);
    if (worst === undefined) return NOTHING;
    const spot = savings.map(({ offering }) => offering);
    // Any of its zones may be bought, so what is told is true of the one that gains least.
    const wish = { reasons: [reasonOf(worst)], startsCooldown: false };
    // What a pause, the budget or a limit refuses is not asked for: a wish that stays open would hold every removal.
    const probe = { ...wish, offerings: spot.map(offeringKey), nominatedPods: [] };
    if (bounded(context, [probe]).nodeRequests.length === 0) return NOTHING;
    return { requests: [{ ...wish, count: 1, offerings: spot, lifecycle: 'spot' }] };
  },
};

const NOTHING: DemandAnswer = { requests: [] };

function isUnderWay({ snapshot, nowMs }: DecisionContext): boolean {
  if (unendedIn(snapshot.operations).length > 0) return true;
  const since = (launch: LaunchOperation) => nowMs - Math.min(nowMs, launch.endedAtMs ?? launch.createdAtMs);
  return launchesIn(snapshot.operations).some((launch) => since(launch) < HOLD_MS);
}

/** Money never makes zones uneven. */
function isEmptiest(zone: string, { byZone }: FleetMix, { instances }: Policy): boolean {
  const inZone = byZone.get(zone) ?? 0;
  return instances.zones.every((other) => inZone <= (byZone.get(other) ?? 0));
}

interface Saving {
  readonly offering: Offering;
  readonly costUsdPerHour: number;
  readonly savesUsdPerHour: number;
}

/** The type that gains most of those that pay for themselves with a margin, with the zones in which it does; none: nothing pays. */
function worthwhile(spot: readonly Offering[], context: DecisionContext): readonly Saving[] {
  const credits = surplusCredits(context);
  if (credits === undefined) return [];
  const now = credits.usdPerHour({}).atLowest;
  const paying = spot
    .map((offering): Saving => {
      const cost = context.costOf(offering);
      const costUsdPerHour =
        cost === undefined ? Number.POSITIVE_INFINITY : cost.totalUsdPerHour - cost.surplusUsdPerHour;
      const savesUsdPerHour = now - credits.usdPerHour({ others: [offering] }).atLowest;
      return { offering, costUsdPerHour, savesUsdPerHour };
    })
    .filter(({ savesUsdPerHour, costUsdPerHour }) => savesUsdPerHour > MARGIN * costUsdPerHour)
    .sort((a, b) => gain(b) - gain(a) || (offeringKey(a.offering) < offeringKey(b.offering) ? -1 : 1));
  return paying.filter(({ offering }) => offering.type === paying[0]?.offering.type);
}

function gain({ savesUsdPerHour, costUsdPerHour }: Saving): number {
  return savesUsdPerHour - costUsdPerHour;
}

function reasonOf({ savesUsdPerHour, costUsdPerHour }: Saving): Reason {
  const text = `a spot worker more saves ${savesUsdPerHour.toFixed(3)} USD/h of surplus credits and costs ${costUsdPerHour.toFixed(3)} USD/h`;
  return { code: 'saves-credits', text, facts: { savesUsdPerHour, costUsdPerHour } };
}
