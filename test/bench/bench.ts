import { parseArgs } from 'node:util';
import type { BenchOptions, BenchResult, BenchSuite } from './bench-result.ts';
import { daysSuite } from './days-suite.ts';
import { daysTable } from './days/days-figures.ts';
import { decideSuite } from './decide-suite.ts';
import { memorySuite } from './memory-suite.ts';
import { packingSuite } from './packing-suite.ts';
import { pageSuite } from './page-suite.ts';
import { soakSuite } from './soak-suite.ts';
import { startSuite } from './start-suite.ts';
import { watchCacheSuite } from './watch-cache-suite.ts';

const SUITES: readonly BenchSuite[] = [
  packingSuite,
  decideSuite,
  pageSuite,
  soakSuite,
  watchCacheSuite,
  startSuite,
  memorySuite,
  daysSuite,
];

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    // These are of `decide` alone.
    sizes: { type: 'string' },
    tree: { type: 'string' },
    profile: { type: 'string' },
    // And these of `days`.
    trace: { type: 'string', multiple: true },
    story: { type: 'string', multiple: true },
    days: { type: 'string' },
  },
});
const { json, only, sizes, tree, profile, trace, story, days } = values;
const options: BenchOptions = {
  ...(sizes !== undefined && { sizes: sizes.split(',').map(Number) }),
  ...(tree !== undefined && { tree }),
  ...(profile !== undefined && { profile }),
  ...(trace !== undefined && { traces: trace }),
  ...(story !== undefined && { stories: story }),
  ...(days !== undefined && { days: Number(days) }),
};
const isWithin = (inner: string, outer: string) => `${inner}/`.startsWith(`${outer}/`);
const isWanted = (name: string) => only === undefined || isWithin(name, only) || isWithin(only, name);

const results: BenchResult[] = [];
for (const suite of SUITES) results.push(...(await suite(isWanted, options)));
const wanted = results.filter(({ name }) => only === undefined || isWithin(name, only));

if (wanted.length === 0) {
  console.error(`no bench is named "${only}" or lies within it`);
  process.exitCode = 2;
} else if (json) {
  console.log(JSON.stringify(wanted, undefined, 2));
} else {
  const isOfDays = ({ name }: BenchResult) => isWithin(name, 'days');
  const ofDays = wanted.filter(isOfDays);
  const others = wanted.filter((result) => !isOfDays(result));
  if (others.length > 0)
    console.table(Object.fromEntries(others.map(({ name, ...figures }) => [name, figures])));
  if (ofDays.length > 0) console.table(daysTable(ofDays));
}
