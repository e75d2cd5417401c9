import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Plan } from '../../src/model/plan.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { PolicyInForce } from '../../src/policy/policy-in-force.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';
import { Allocation } from './decide/allocation.ts';
import { BenchCluster, PODS_PER_NODE } from './decide/bench-cluster.ts';
import {
  benchInstances,
  benchOfferings,
  benchOperations,
  benchUtilization,
  TYPE,
  ZONES,
} from './decide/bench-world.ts';
import { type DecideFigures, percentile99 } from './decide/decide-figures.ts';
import { workloadsOf } from './decide/raw-workloads.ts';
import { DECIDE_SCENARIOS, type DecideScenario } from './decide/scenarios.ts';

/*
 * Decides round after round in one situation at one size, and sends what that took to the parent:
 * `decide-run.ts SCENARIO NODES [--tree CHECKOUT]`. With a tree, `src/decide` of that checkout is measured on the same snapshots.
 */

const MIB = 2 ** 20;
/** A multiple of ten minutes: the time of a look for replacements. */
const LOOK_MS = 1_798_800_000_000;
const LOOK_EVERY_MS = 600_000;
const WARM_UP = 3;
const MAX_ROUNDS = 60;
const MAX_MS = 15_000;

type Decide = (inForce: PolicyInForce, snapshot: Snapshot, nowMs: number, known?: unknown) => Plan;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { tree: { type: 'string' } } });
const [name = '', size = ''] = positionals;
const nodes = Number(size);
const found = DECIDE_SCENARIOS.find((scenario) => scenario.name === name);
if (found === undefined || !(nodes > 0)) throw new Error(`no situation ${name} with ${size} nodes`);
const figures = await measure(found);
if (process.send === undefined) console.log(figures);
else process.send(figures);
process.disconnect?.();

async function measure(scenario: DecideScenario): Promise<DecideFigures> {
  const { decide, known } = await decideOf(values.tree ?? resolve(import.meta.dirname, '../..'));
  const inForce = policyOf(scenario);
  const snapshotAt = worldOf(scenario, inForce);
  const plans = createHash('sha256');
  const cpuMs: number[] = [];
  let stallMs = 0;
  let garbage = 0;
  let peakRss = 0;
  const startMs = performance.now();
  for (let round = -WARM_UP; round < MAX_ROUNDS; round += 1) {
    if (round > 0 && performance.now() - startMs > MAX_MS) break;
    const { snapshot, nowMs } = snapshotAt(round + WARM_UP);
    if (round <= 0) globalThis.gc?.();
    const allocation = new Allocation();
    const cpu = process.cpuUsage();
    const fromMs = performance.now();
    const plan = decide(inForce, snapshot, nowMs, known);
    const tookMs = performance.now() - fromMs;
    const { user, system } = process.cpuUsage(cpu);
    const allocated = allocation.end();
    peakRss = Math.max(peakRss, process.memoryUsage().rss);
    check(scenario, plan);
    if (round <= 0) plans.update(JSON.stringify(plan));
    if (round < 0) continue;
    cpuMs.push((user + system) / 1000);
    stallMs = Math.max(stallMs, tookMs);
    garbage += allocated;
  }
  return {
    rounds: cpuMs.length,
    meanMs: cpuMs.reduce((sum, one) => sum + one, 0) / cpuMs.length,
    p99Ms: percentile99(cpuMs),
    stallMs,
    garbageMiB: garbage / cpuMs.length / MIB,
    peakRssMiB: peakRss / MIB,
    digest: plans.digest('hex').slice(0, 16),
  };
}

async function decideOf(tree: string): Promise<{ readonly decide: Decide; readonly known: unknown }> {
  const load = async (path: string) => (await import(pathToFileURL(resolve(tree, path)).href)) as unknown;
  const { decide } = (await load('src/decide/decide.ts')) as { readonly decide: Decide };
  const { SolutionCache } = (await load('src/packing/solution-cache.ts')) as {
    readonly SolutionCache: new () => unknown;
  };
  return { decide, known: new SolutionCache() };
}

function policyOf({ policy = {} }: DecideScenario): PolicyInForce {
  const shipped = policySchema.parse({ instances: { types: [TYPE], zones: ZONES }, ...policy });
  return {
    // More than a policy may say, so that the largest fleet can still grow.
    policy: { ...shipped, nodes: { ...shipped.nodes, max: 6000 } },
    identity: { digest: `sha256:${'0'.repeat(64)}`, revision: 'bench' },
  };
}

/** The snapshot of each round, after what changes from one to the next. */
function worldOf(
  scenario: DecideScenario,
  { identity }: PolicyInForce,
): (round: number) => { readonly snapshot: Snapshot; readonly nowMs: number } {
  const { allocatableCpuMillis, pending, onEachNode, isLook = false } = scenario;
  const startMs = isLook ? LOOK_MS : LOOK_MS + LOOK_EVERY_MS / 2;
  const cluster = new BenchCluster({
    nodes,
    allocatableCpuMillis,
    pending,
    onEachNode,
    standing: workloadsOf(nodes * PODS_PER_NODE),
    pendingSince: new Date(startMs - 60_000).toISOString(),
  });
  const instances = { status: 'known', value: benchInstances(nodes) } as const;
  const offerings = benchOfferings();
  const operations = benchOperations(identity, startMs);
  return (round) => {
    const nowMs = startMs + round * (isLook ? LOOK_EVERY_MS : 100);
    cluster.replacePods(scenario.changes);
    const utilization = benchUtilization(scenario.cpuPercent, scenario.memoryPercent, nowMs);
    const snapshot = { takenAtMs: nowMs, ...cluster.view(), instances, interruptions: [] };
    return { nowMs, snapshot: { ...snapshot, offerings, utilization, operations } };
  };
}

function check({ name: scenario, expects }: DecideScenario, { actions, refusals }: Plan): void {
  const isAsExpected =
    expects === 'nothing' ? actions.length === 0 : actions.some(({ kind }) => kind === expects);
  if (isAsExpected) return;
  const said = refusals.map(({ reason }) => reason.text).join('; ');
  throw new Error(
    `${scenario} with ${nodes} nodes should plan "${expects}": ${actions.length} actions; ${said}`,
  );
}
