import { type Offering, offeringKey } from '../../../model/offering.ts';
import type { LaunchOperation } from '../../../model/operation.ts';
import type { Reason } from '../../../model/reason.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { launchesIn, unendedIn } from '../../state/operation-lists.ts';
import { surplusCredits } from '../../state/surplus-credits.ts';
import { bounded } from '../bounds.ts';
import { nextLifecycle } from '../choice.ts';
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
    const spot = usable.filter(({ lifecycle }) => lifecycle === 'spot');
    const reason = savingOf(spot, context);
    if (reason === undefined) return NOTHING;
    const wish = { reasons: [reason], startsCooldown: false };
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

/** What the dearest of these would save, since any of them may be bought. */
function savingOf(spot: readonly Offering[], context: DecisionContext): Reason | undefined {
  const credits = surplusCredits(context);
  if (credits === undefined || spot.length === 0) return undefined;
  const now = credits.usdPerHour({}).atLowest;
  const judged = spot.map((offering) => {
    const cost = context.costOf(offering);
    const costUsdPerHour =
      cost === undefined ? Number.POSITIVE_INFINITY : cost.totalUsdPerHour - cost.surplusUsdPerHour;
    const savesUsdPerHour = now - credits.usdPerHour({ others: [offering] }).atLowest;
    return { costUsdPerHour, savesUsdPerHour };
  });
  const worst = judged.reduce((a, b) =>
    b.savesUsdPerHour - b.costUsdPerHour < a.savesUsdPerHour - a.costUsdPerHour ? b : a,
  );
  const { costUsdPerHour, savesUsdPerHour } = worst;
  if (!(savesUsdPerHour > MARGIN * costUsdPerHour)) return undefined;
  const text = `a spot worker more saves ${savesUsdPerHour.toFixed(3)} USD/h of surplus credits and costs ${costUsdPerHour.toFixed(3)} USD/h`;
  return { code: 'saves-credits', text, facts: { savesUsdPerHour, costUsdPerHour } };
}
