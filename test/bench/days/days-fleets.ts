import type { StartController } from '../../../src/simulate/process/replicas.ts';
import { runSimulation, type SimulationOptions } from '../../../src/simulate/run/run-simulation.ts';
import type { SimulationStats } from '../../../src/simulate/run/simulation-stats.ts';
import type { WorldPorts } from '../../../src/simulate/world/world-ports.ts';
import { readPolicyFile } from '../../../src/use-cases/files/read-policy-file.ts';
import { shippedFile } from '../../../src/use-cases/files/shipped-file.ts';
import { startController } from '../../../src/use-cases/simulate/prepare-simulation.ts';
import { clairvoyant, neededWorkers } from './clairvoyant.ts';
import { type FleetRule, peerFleet } from './peer-fleet.ts';
import { targetTracking } from './target-tracking.ts';

/** One world without its fleet. */
export type DaysWorld = Pick<
  SimulationOptions,
  'seed' | 'hours' | 'trace' | 'story' | 'peakNodes' | 'traceOffsetMs'
>;

const MINUTE_MS = 60_000;
const BOUNDS = { min: 2, max: 10 } as const;
const ALWAYS = 5;
const TARGET_PERCENT = 65;
/** More than any of the worlds needs. */
const AMPLE = 40;

/** Whose days are compared, ours first. */
export const DAYS_FLEETS: Readonly<Record<string, (world: DaysWorld) => Promise<SimulationStats>>> = {
  ours: (world) => live(world, startController, 'policies/default.yaml'),
  classic: (world) => live(world, startController, 'policies/classic.yaml'),
  'always-5-on-demand': (world) =>
    live(
      world,
      peerFleet(() => always(ALWAYS)),
    ),
  'target-tracking-65': (world) =>
    live(
      world,
      peerFleet(() => targetTracking(TARGET_PERCENT, BOUNDS)),
    ),
  clairvoyant: async (world) => {
    const need = await needOf(world);
    return live(
      world,
      peerFleet(() => clairvoyant(need, BOUNDS, world.story?.strikes)),
    );
  },
};

async function live(
  world: DaysWorld,
  controller: StartController,
  policyName = 'policies/default.yaml',
): Promise<SimulationStats> {
  const { text, policy } = await readPolicyFile(shippedFile(policyName));
  const policyDocument = { text, origin: policyName, revision: undefined };
  const { stats } = await runSimulation({ ...world, faults: [], policy, policyDocument, controller });
  return stats;
}

function always(workers: number): FleetRule {
  return { wanted: () => ({ least: workers, most: workers }), lifecycle: () => 'on-demand' };
}

/** What the pods need minute by minute, seen where there is always room for them. */
async function needOf(world: DaysWorld): Promise<readonly number[]> {
  const need: number[] = [];
  const ample = peerFleet(() => always(AMPLE));
  await live(world, (ports) => {
    const stop = new AbortController();
    void record(ports, need, stop.signal);
    const running = ample(ports);
    return {
      async stop() {
        stop.abort();
        await running.stop();
      },
    };
  });
  return need;
}

async function record(ports: WorldPorts, need: number[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    need.push(neededWorkers(ports.cluster.view()));
    await ports.clock.sleep(MINUTE_MS, signal);
  }
}
