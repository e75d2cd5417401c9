import { spawnSync } from 'node:child_process';

// Runs dependency-cruiser with the rules of docs/architecture.md and fails when it saw too few modules: a parser that
// cannot read the sources reports "no violations" over nothing.
const LEAST_MODULES = 20;

const run = spawnSync(
  process.execPath,
  [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.config/dependency-cruiser.cjs',
    '--output-type',
    'json',
    'src',
  ],
  { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
);
if (run.status === null || run.stdout === '') {
  process.stderr.write(`dependency-cruiser could not run: ${run.stderr}\n`);
  process.exit(2);
}
interface Cruise {
  summary: {
    totalCruised: number;
    violations: {
      from: string;
      to: string;
      rule: { name: string; severity: string };
    }[];
  };
  modules: { source: string }[];
}
const cruise = JSON.parse(run.stdout) as Cruise;
const own = cruise.modules.filter((m) => m.source.startsWith('src/')).length;
const broken = cruise.summary.violations.filter((v) => v.rule.severity === 'error');
for (const v of broken) process.stderr.write(`${v.rule.name}: ${v.from} → ${v.to}\n`);
if (own < LEAST_MODULES)
  process.stderr.write(`only ${own} modules of src/ were read: the import rules were not checked\n`);
if (broken.length > 0 || own < LEAST_MODULES) process.exit(1);
process.stdout.write(`import rules hold over ${own} modules of src/\n`);
