import { parseArgs } from 'node:util';
import type { BenchResult, BenchSuite } from './bench-result.ts';
import { watchCacheSuite } from './watch-cache-suite.ts';

const SUITES: readonly BenchSuite[] = [watchCacheSuite];

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const { json, only } = values;
const isWanted = (name: string) => only === undefined || name.startsWith(only) || only.startsWith(name);

const results: BenchResult[] = [];
for (const suite of SUITES) results.push(...(await suite(isWanted)));
const wanted = results.filter(({ name }) => only === undefined || name.startsWith(only));

if (wanted.length === 0) {
  console.error(`no bench has a name that begins with "${only}"`);
  process.exitCode = 2;
} else if (json) {
  console.log(JSON.stringify(wanted, undefined, 2));
} else {
  console.table(Object.fromEntries(wanted.map(({ name, ...figures }) => [name, figures])));
}
