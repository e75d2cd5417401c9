import type { Reason } from '../../../model/reason.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Worker } from '../../state/fleet.ts';
import { offeringOfWorker } from '../../state/offering-of-worker.ts';
import { launchesIn } from '../../state/operation-lists.ts';
import { surplusCredits } from '../../state/surplus-credits.ts';
import { secondsText } from '../../text/wording.ts';

/** A worker stays while it saves this share of what it costs; it is bought where it saves more than all of it, and loads swing. */
const KEPT_FROM_SHARE = 0.25;
/** After a worker was bought for its credits none goes for so long: what is bought is not given back at once, in whatever shape. */
const HOLD_MS = 1_800_000;

/**
 * Answers why a worker that the load does not need stays all the same: without it the others would be charged for more surplus credits
 * than it costs. `removed` are those that go before it.
 */
export function earningWorkers(
  context: DecisionContext,
): (worker: Worker, removed: readonly Worker[]) => Reason | undefined {
  const credits = context.policy.cost.sizeByCredits ? surplusCredits(context) : undefined;
  if (credits === undefined) return () => undefined;
  const lately = boughtLately(context);
  if (lately !== undefined) return () => lately;
  return (worker, removed) => {
    const costUsdPerHour = runningCostOf(worker, context);
    if (costUsdPerHour === undefined) return undefined;
    const before = credits.usdPerHour({ without: removed }).atHighest;
    const after = credits.usdPerHour({ without: [...removed, worker] }).atHighest;
    const savesUsdPerHour = after - before;
    if (savesUsdPerHour < KEPT_FROM_SHARE * costUsdPerHour) return undefined;
    if (worker.lifecycle !== 'spot' && savesUsdPerHour < costUsdPerHour) return undefined;
    const text = `${worker.id} saves ${savesUsdPerHour.toFixed(3)} USD/h of surplus credits, at ${costUsdPerHour.toFixed(3)} USD/h`;
    return { code: 'saves-credits', text, facts: { savesUsdPerHour, costUsdPerHour } };
  };
}

function boughtLately({ snapshot, nowMs }: DecisionContext): Reason | undefined {
  const ages = launchesIn(snapshot.operations)
    .filter(({ step, reasons }) => step === 'ready' && reasons.some(({ code }) => code === 'saves-credits'))
    .map(({ endedAtMs = nowMs }) => Math.max(0, nowMs - endedAtMs));
  const ageMs = ages.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  if (ageMs >= HOLD_MS) return undefined;
  const text = `a worker was bought for its credits ${secondsText(ageMs)} ago: none goes within ${secondsText(HOLD_MS)}`;
  return { code: 'saves-credits', text, facts: { ageMs } };
}

/** What goes with the worker itself: its price, its disk, its risk. */
function runningCostOf(worker: Worker, context: DecisionContext): number | undefined {
  const offering = offeringOfWorker(worker, context.snapshot.offerings);
  const cost = offering === undefined ? undefined : context.costOf(offering);
  return cost === undefined ? undefined : cost.totalUsdPerHour - cost.surplusUsdPerHour;
}
