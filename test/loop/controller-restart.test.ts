import { describe, expect, it } from '@jest/globals';
import { MemoryLedger } from '../../src/adapters/memory/memory-ledger.ts';
import { isAlive } from '../../src/model/instance.ts';
import { hasEnded } from '../../src/model/operation.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import type { Ledger } from '../../src/ports.ts';
import type { SimulatedWorld } from '../../src/simulate/world/simulated-world.ts';
import { aWorld, MINUTE_MS, withNodes } from '../builders/simulated-world.ts';
import { KillableProcess } from '../fakes/killable-process.ts';
import { WRITE_STEP } from '../test-depth.ts';

/** Shrinks after a minute of idleness, so that a removal comes soon. */
const EAGER = `
nodes: { min: 2, max: 4 }
utilization: { upWindowSeconds: 60, downWindowSeconds: 60 }
cooldown: { afterGrowthSeconds: 0, shrinkAfterGrowthSeconds: 0, shrinkAfterShrinkSeconds: 0 }
shrink: { minNodeAgeSeconds: 0, unneededSeconds: 0, minUseSeconds: 0 }
`;

interface CrashPoint {
  /** Counted from 1. */
  readonly call: number;
  readonly moment: 'before' | 'after';
  readonly keepsLedger: boolean;
}

/** A controller that dies just before or after its n-th writing call. */
function startProcess(world: SimulatedWorld, ledger: Ledger, crash?: CrashPoint): KillableProcess {
  const death = crash === undefined ? undefined : { atCall: crash.call, when: crash.moment };
  return new KillableProcess({ ...world.ports, ledger }, death);
}

/** So little load that two nodes are enough. */
function quietWorld(): SimulatedWorld {
  const policyDocument = { text: EAGER, origin: 'policy.yaml', revision: undefined };
  const reading = parsePolicy(EAGER);
  if (!reading.valid) throw new Error(JSON.stringify(reading.faults));
  const world = aWorld({ policy: reading.policy, policyDocument });
  world.faults.setLoadFactor(0.2);
  return world;
}

async function pass(world: SimulatedWorld, ms: number): Promise<void> {
  await world.advanceTo(world.clock.monotonicMs() + ms);
}

interface End {
  readonly launched: number;
  readonly alive: number;
  readonly nodes: number;
  readonly cordoned: number;
  readonly unended: number;
}

async function endOf(world: SimulatedWorld, ledger: Ledger): Promise<End> {
  const workers = world.cluster.view().nodes.filter((node) => !node.isControlPlane);
  const instances = world.cloud.shown();
  const operations = await ledger.list(new AbortController().signal);
  return {
    launched: instances.length,
    alive: instances.filter(isAlive).length,
    nodes: workers.filter((node) => node.isReady && node.taints.length === 0).length,
    cordoned: workers.filter((node) => node.isUnschedulable).length,
    unended: operations.filter((operation) => !hasEnded(operation)).length,
  };
}

/** Runs a controller that crashes, then another one five seconds later, and tells how it ended. */
async function crashAndRestart(world: SimulatedWorld, crash: CrashPoint): Promise<End> {
  const before = new MemoryLedger();
  const first = startProcess(world, before, crash);
  for (let i = 0; i < 400 && first.calls.length < crash.call; i += 1) await pass(world, 2_000);
  await pass(world, 5_000);
  const after = crash.keepsLedger ? before : new MemoryLedger();
  const second = startProcess(world, after);
  await pass(world, 12 * MINUTE_MS);
  void second.stop();
  return endOf(world, after);
}

const CALMED = { launched: 2, alive: 2, nodes: 2, cordoned: 0, unended: 0 };

/** The ways to be cut off at one of the first `calls` calls, with and without what the ledger held; all of them in a deep run. */
function crashes(calls: number) {
  const all = Array.from({ length: calls }, (_, i) => i + 1).flatMap((call) =>
    (['before', 'after'] as const).flatMap((moment) =>
      [true, false].map((keepsLedger) => ({ call, moment, keepsLedger })),
    ),
  );
  // One more than a step, so that each moment and either ledger comes up.
  return WRITE_STEP === 1 ? all : all.filter((_, index) => index % (WRITE_STEP + 1) === 0);
}

describe('a controller that dies and is started again', () => {
  it('launches nothing twice, wherever its launches were cut off', async () => {
    const undisturbed = quietWorld();
    const { calls } = startProcess(undisturbed, new MemoryLedger());
    await pass(undisturbed, 5 * MINUTE_MS);
    expect(calls.filter((call) => call === 'launch')).toHaveLength(2);
    for (const crash of crashes(calls.length)) {
      const end = await crashAndRestart(quietWorld(), crash);
      expect({ ...crash, ...end }).toEqual({ ...crash, ...CALMED });
    }
  }, 120_000);

  it('finishes or undoes a removal, wherever it was cut off, and leaves no node cordoned', async () => {
    const undisturbed = quietWorld();
    await withNodes(undisturbed, 3);
    const { calls } = startProcess(undisturbed, new MemoryLedger());
    await pass(undisturbed, 10 * MINUTE_MS);
    expect(calls).toEqual(expect.arrayContaining(['cordon', 'terminate', 'deleteNode']));
    for (const crash of crashes(calls.length)) {
      const world = quietWorld();
      await withNodes(world, 3);
      const end = await crashAndRestart(world, crash);
      expect({ ...crash, ...end }).toEqual({ ...crash, ...CALMED, launched: 3 });
    }
  }, 120_000);
});

describe('a controller that loses its lease', () => {
  it('writes nothing meanwhile, and goes on with what it had begun once it leads again', async () => {
    const world = quietWorld();
    const ledger = new MemoryLedger();
    const { calls } = startProcess(world, ledger);
    while (!calls.includes('launch')) await pass(world, 100);
    world.setLeader(false);
    const written = calls.length;
    await pass(world, MINUTE_MS);
    expect(calls).toHaveLength(written);
    world.setLeader(true);
    await pass(world, 5 * MINUTE_MS);
    expect(await endOf(world, ledger)).toEqual(CALMED);
  });
});
