import { exactly, knownSum } from '../../model/fleet-cost.ts';
import type { Offering } from '../../model/offering.ts';
import type { DecisionContext } from './decision-context.ts';
import type { Worker } from './fleet.ts';
import { offeringOfWorker } from './offering-of-worker.ts';

/** What the worker is expected to cost, USD per hour: as its offering would now, else its own price; `undefined`: unknown. */
export function costOfWorker(worker: Worker, context: DecisionContext): number | undefined {
  const offering = offeringOfWorker(worker, context.snapshot.offerings);
  const expected = offering === undefined ? undefined : context.costOf(offering)?.totalUsdPerHour;
  return expected ?? worker.instance?.priceUsdPerHour;
}

/**
 * What an hour of the offering costs whatever its load is, USD: all but surplus CPU credits. A budget that counted those would
 * tighten whenever the fleet got busy.
 */
export function fixedCostOf(offering: Offering, { costOf }: DecisionContext): number | undefined {
  const expected = costOf(offering);
  return expected === undefined ? undefined : expected.totalUsdPerHour - expected.surplusUsdPerHour;
}

/** The same of a worker: as its offering would cost now, else its own price; `undefined`: unknown. */
export function fixedCostOfWorker(worker: Worker, context: DecisionContext): number | undefined {
  const offering = offeringOfWorker(worker, context.snapshot.offerings);
  const expected = offering === undefined ? undefined : fixedCostOf(offering, context);
  return expected ?? worker.instance?.priceUsdPerHour;
}

/** The sum, or `undefined` when one of them is not known: unknown is never zero. */
export function sumKnown(amounts: readonly (number | undefined)[]): number | undefined {
  return exactly(knownSum(amounts));
}
