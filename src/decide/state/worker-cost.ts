import { exactly, knownSum } from '../../model/fleet-cost.ts';
import type { DecisionContext } from './decision-context.ts';
import type { Worker } from './fleet.ts';
import { offeringOfWorker } from './offering-of-worker.ts';

/** What the worker is expected to cost, USD per hour: as its offering would now, else its own price; `undefined`: unknown. */
export function costOfWorker(worker: Worker, context: DecisionContext): number | undefined {
  const offering = offeringOfWorker(worker, context.snapshot.offerings);
  const expected = offering === undefined ? undefined : context.costOf(offering)?.totalUsdPerHour;
  return expected ?? worker.instance?.priceUsdPerHour;
}

/** The sum, or `undefined` when one of them is not known: unknown is never zero. */
export function sumKnown(amounts: readonly (number | undefined)[]): number | undefined {
  return exactly(knownSum(amounts));
}
