import type { LoadTrace } from '../../simulate/load/load-trace.ts';

const MS_PER_HOUR = 3_600_000;
const HOURS_PER_DAY = 24;

/** The hour at which the days with the most load begin, a whole number of days into the trace. */
export function busiestDays(
  trace: Pick<LoadTrace, 'at'>,
  { hours, sampleHours }: { readonly hours: number; readonly sampleHours: number },
): number {
  let best = { fromHour: 0, load: Number.NEGATIVE_INFINITY };
  for (let fromHour = 0; fromHour + sampleHours <= hours; fromHour += HOURS_PER_DAY) {
    let load = 0;
    for (let hour = 0; hour < sampleHours; hour += 1) load += trace.at((fromHour + hour + 0.5) * MS_PER_HOUR);
    if (load > best.load) best = { fromHour, load };
  }
  return best.fromHour;
}
