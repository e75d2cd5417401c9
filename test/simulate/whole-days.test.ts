import { readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { NO_DETAILS } from '../../src/simulate/base/world-details.ts';
import { FAULT_KINDS } from '../../src/simulate/faults/fault-kinds.ts';
import { parseTrace } from '../../src/simulate/load/load-trace.ts';
import { runSimulation, type SimulationOptions } from '../../src/simulate/run/run-simulation.ts';
import { SimulatedWorld } from '../../src/simulate/world/simulated-world.ts';
import type { WorldOptions } from '../../src/simulate/world/world-options.ts';
import type { WorldView } from '../../src/simulate/world/world-view.ts';
import { startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { HOUR_MS, MINUTE_MS, nasaTrace } from '../builders/simulated-world.ts';
import { IS_DEEP } from '../test-depth.ts';

const FAULT_NAMES = FAULT_KINDS.map(({ name }) => name);

/** Whole days on a busy machine take their time. */
jest.setTimeout(120_000);

function policyFile(name: string) {
  const text = readFileSync(new URL(`../../examples/policies/${name}.yaml`, import.meta.url), 'utf8');
  const reading = parsePolicy(text);
  if (!reading.valid) throw new Error(`${name} is invalid`);
  return { policy: reading.policy, policyDocument: { text, origin: name, revision: undefined } };
}

/** The shipped policy, but that no worker is kept for the surplus credits that it saves. */
function sizedByLoad() {
  const { policyDocument, policy } = policyFile('default');
  const text = policyDocument.text.replace('sizeByCredits: true', 'sizeByCredits: false');
  const cost = { ...policy.cost, sizeByCredits: false };
  return { policy: { ...policy, cost }, policyDocument: { ...policyDocument, text } };
}

/** The real controller in a world, looked at every so often. */
async function watched(
  options: Pick<WorldOptions, 'trace'> & Partial<WorldOptions>,
  { hours, everyMs }: { readonly hours: number; readonly everyMs: number },
) {
  const world = new SimulatedWorld({ seed: 1, ...policyFile('default'), ...options });
  const controller = startController(world.ports);
  const views: WorldView[] = [];
  for (let atMs = everyMs; atMs <= hours * HOUR_MS; atMs += everyMs) {
    await world.advanceTo(atMs);
    views.push(world.view());
  }
  const stopped = controller.stop();
  await world.advanceTo(world.clock.monotonicMs() + MINUTE_MS);
  await stopped;
  return { world, views };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
}

const day = (parts: Partial<SimulationOptions> = {}): SimulationOptions => ({
  seed: 1,
  hours: IS_DEEP ? 24 : 12,
  trace: nasaTrace(),
  faults: [],
  controller: startController,
  ...policyFile('default'),
  ...parts,
});

describe('a day of a web server under the real controller', () => {
  it('follows the load within the bounds, breaks no invariant, and is as small at night as the load allows', async () => {
    const { world, views } = await watched(
      { trace: nasaTrace(), ...sizedByLoad() },
      { hours: 24, everyMs: 5 * MINUTE_MS },
    );
    expect(world.watch.violations).toEqual([]);
    const workers = views.slice(1).map((view) => view.readyWorkers);
    // Two would be at 66 % of their CPU in the quietest hours.
    expect(Math.min(...workers)).toBe(3);
    expect(Math.max(...workers)).toBeGreaterThanOrEqual(6);
    expect(Math.max(...views.map((view) => view.aliveInstances))).toBeLessThanOrEqual(10);
    const byHour = Array.from({ length: 24 }, (_, h) => views.slice(h * 12, h * 12 + 12));
    const hours = byHour.map((of) => ({
      load: mean(of.map((v) => v.demandMillis)),
      workers: mean(of.map((v) => v.readyWorkers)),
    }));
    hours.sort((a, b) => a.load - b.load);
    const quiet = mean(hours.slice(0, 6).map((h) => h.workers));
    const busy = mean(hours.slice(-6).map((h) => h.workers));
    expect(busy).toBeGreaterThan(1.8 * quiet);
    expect(views.at(-1)?.shortMinutes).toBeLessThan(40);
  });

  it('keeps a steady number of nodes under a sustained load (R177)', async () => {
    const trace = parseTrace(
      'sustained',
      '2026-01-05T00:00Z,0\n2026-01-05T00:05Z,150\n2026-01-06T00:00Z,150\n',
    );
    const { world, views } = await watched({ trace, peakNodes: 5 }, { hours: 8, everyMs: MINUTE_MS });
    expect(world.watch.violations).toEqual([]);
    const afterAnHour = new Set(views.slice(60).map((view) => view.aliveInstances));
    expect(afterAnHour.size).toBe(1);
    expect([5, 6, 7]).toContain([...afterAnHour][0]);
    expect(views.at(-1)?.shortMinutes).toBe(views[60]?.shortMinutes);
  });

  it('is short of capacity for fewer minutes under the shipped policy than under the classic one', async () => {
    const plain = { details: NO_DETAILS };
    const ours = await runSimulation(day(plain));
    const classic = await runSimulation(day({ ...policyFile('classic'), ...plain }));
    expect(ours.violations).toEqual([]);
    expect(classic.violations).toEqual([]);
    expect(ours.stats.shortMinutes).toBeLessThan(classic.stats.shortMinutes / 2);
  });

  it('breaks no invariant while capacity runs out, spot is taken back and telemetry is away', async () => {
    const { violations, stats } = await runSimulation(day({ faults: FAULT_NAMES, seed: 2 }));
    expect(violations).toEqual([]);
    expect(stats.interruptions).toBeGreaterThan(0);
  });

  it('tells the same story to the byte for the same seed, faults included', async () => {
    const six = day({ faults: FAULT_NAMES, seed: 5, hours: IS_DEEP ? 6 : 2 });
    const [one, again, other] = [
      await runSimulation(six),
      await runSimulation(six),
      await runSimulation({ ...six, seed: 6 }),
    ];
    expect(again).toEqual(one);
    expect(other.digest).not.toBe(one.digest);
  });
});
