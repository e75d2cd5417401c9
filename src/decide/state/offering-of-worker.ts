import { parseOfferingKey } from '../../model/offering-parts.ts';
import type { Offering } from '../../model/offering.ts';
import type { Worker } from './fleet.ts';

/** What the worker was bought as. A launch of which nothing is seen yet counts as the first offering that it asks for. */
export function offeringOfWorker(
  worker: Worker | undefined,
  offerings: readonly Offering[],
): Offering | undefined {
  if (worker === undefined) return undefined;
  const { type, zone, lifecycle, launch } = worker;
  const isSeen = type !== undefined && zone !== undefined && lifecycle !== undefined;
  const wanted = isSeen ? worker : parseOfferingKey(launch?.offerings[0]);
  return offerings.find(
    (one) => one.type === wanted?.type && one.zone === wanted.zone && one.lifecycle === wanted.lifecycle,
  );
}
