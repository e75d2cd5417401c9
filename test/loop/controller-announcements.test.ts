import { describe, expect, it } from '@jest/globals';
import { MemoryLedger } from '../../src/adapters/memory/memory-ledger.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import type { Interruptions } from '../../src/ports.ts';
import type { SimulatedWorld } from '../../src/simulate/world/simulated-world.ts';
import { aWorld, MINUTE_MS, withNodes } from '../builders/simulated-world.ts';
import { KillableProcess } from '../fakes/killable-process.ts';

const POLICY =
  'nodes: { min: 2, max: 4 }\nshrink: { minNodeAgeSeconds: 0, unneededSeconds: 0, minUseSeconds: 0 }\n';

/** A world with two workers, of which a person protects the first, and AWS has announced maintenance of its machine. */
async function aWorldBeforeMaintenance() {
  const reading = parsePolicy(POLICY);
  if (!reading.valid) throw new Error(JSON.stringify(reading.faults));
  const policyDocument = { text: POLICY, origin: 'policy.yaml', revision: undefined };
  const world = aWorld({ policy: reading.policy, policyDocument });
  world.faults.setLoadFactor(0.2);
  const [id = ''] = await withNodes(world, 2);
  const protect = (doNotDisrupt: boolean) => {
    const node = world.cluster.state.node(id);
    if (node !== undefined) world.cluster.state.putNode({ ...node, doNotDisrupt });
    world.cluster.announce();
  };
  protect(true);
  const atMs = world.clock.now();
  const effectiveAtMs = atMs + 86_400_000;
  world.queue.send([{ kind: 'maintenance', instanceId: id, atMs, effectiveAtMs }]);
  return { world, id, protect };
}

/** Counts the messages that come out of the queue. */
function counted(queue: Interruptions): Interruptions & { readonly received: readonly string[] } {
  const received: string[] = [];
  return {
    received,
    receive: async (signal) => {
      const messages = await queue.receive(signal);
      received.push(...messages.flatMap((m) => m.interruptions.map(({ kind }) => kind)));
      return messages;
    },
    acknowledge: (receipts, signal) => queue.acknowledge(receipts, signal),
  };
}

function start(
  world: SimulatedWorld,
  interruptions: Interruptions = world.ports.interruptions,
  ledger = new MemoryLedger(),
): KillableProcess {
  return new KillableProcess({ ...world.ports, interruptions, ledger });
}

const pass = (world: SimulatedWorld, ms: number) => world.advanceTo(world.clock.monotonicMs() + ms);

describe('an announcement that stays open', () => {
  it('is received once and written on its node, instead of coming back until the queue gives it up', async () => {
    const { world, id } = await aWorldBeforeMaintenance();
    const queue = counted(world.ports.interruptions);
    const controller = start(world, queue);
    await pass(world, 4 * MINUTE_MS);
    expect(queue.received.filter((kind) => kind === 'maintenance')).toHaveLength(1);
    expect(world.cluster.state.node(id)?.announced).toMatchObject([{ kind: 'maintenance' }]);
    await controller.stop();
  });

  it('is followed after a restart, once nothing protects the node any more', async () => {
    const { world, id, protect } = await aWorldBeforeMaintenance();
    const first = start(world);
    await pass(world, MINUTE_MS);
    await first.stop();
    // Longer than the queue keeps any message.
    await pass(world, 61 * MINUTE_MS);
    const ledger = new MemoryLedger();
    const second = start(world, world.ports.interruptions, ledger);
    const replaced = async () =>
      (await ledger.list()).flatMap((one) => (one.kind === 'launch' ? (one.replaces ?? []) : []));
    await pass(world, MINUTE_MS);
    expect(await replaced()).toEqual([]);
    protect(false);
    await pass(world, MINUTE_MS);
    expect(await replaced()).toEqual([{ instanceId: id, interruption: 'maintenance' }]);
    await second.stop();
  });
});
