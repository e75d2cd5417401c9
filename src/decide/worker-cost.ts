import { type Offering, offeringKey } from '../model/offering.ts';
import type { Worker } from './fleet.ts';
import type { Situation } from './situation.ts';

/** What the worker is expected to cost, USD per hour: as its offering would now, else its own price; `undefined`: unknown. */
export function costOfWorker(worker: Worker, situation: Situation): number | undefined {
  const offering = offeringOfWorker(worker, situation);
  const expected = offering === undefined ? undefined : situation.costOf(offering)?.totalUsdPerHour;
  return expected ?? worker.instance?.priceUsdPerHour;
}

/** A launch of which nothing is seen yet counts as the first offering that it asks for. */
export function offeringOfWorker(worker: Worker, { snapshot }: Situation): Offering | undefined {
  const { type, zone, lifecycle } = worker;
  const key =
    type === undefined || zone === undefined || lifecycle === undefined
      ? worker.launch?.offerings[0]
      : offeringKey({ type, zone, lifecycle });
  return snapshot.offerings.find((offering) => offeringKey(offering) === key);
}

/** The sum, or `undefined` when one of them is not known: unknown is never zero. */
export function sumKnown(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.reduce<number | undefined>(
    (sum, amount) => (sum === undefined || amount === undefined ? undefined : sum + amount),
    0,
  );
}
