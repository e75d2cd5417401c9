import { DAYS_FLEETS } from './days/days-fleets.ts';
import { type DaysSource, daysWorldOf } from './days/days-source.ts';

/* Lets one fleet live through the days of one world and sends its figures to the parent: `days-run.ts FLEET SOURCE-AS-JSON`. */

const [fleet = '', source = ''] = process.argv.slice(2);
const live = DAYS_FLEETS[fleet];
if (live === undefined) throw new Error(`no fleet is called ${fleet}`);
process.send?.(await live(await daysWorldOf(JSON.parse(source) as DaysSource)));
process.disconnect?.();
