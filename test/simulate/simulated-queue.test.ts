import { describe, expect, it } from '@jest/globals';
import { aWorld } from '../builders/simulated-world.ts';

const { signal } = new AbortController();
const NOTHING = 'still waiting';

function aQueue() {
  const world = aWorld();
  const warning = {
    kind: 'spot-warning' as const,
    instanceId: 'i-1',
    atMs: world.clock.now(),
    effectiveAtMs: world.clock.now() + 120_000,
  };
  const pass = (ms: number) => world.advanceTo(world.clock.monotonicMs() + ms);
  /** What a receive gives within so long. */
  const received = async (withinMs: number) => {
    const answer = world.queue.receive(signal);
    await pass(withinMs);
    return Promise.race([answer, Promise.resolve(NOTHING)]);
  };
  return { world, queue: world.queue, warning, pass, received };
}

describe('the simulated queue of interruptions', () => {
  it('delivers within a second, and again after 20 s until the message is deleted', async () => {
    const { queue, warning, received } = aQueue();
    queue.announce(warning);
    expect(await received(1_000)).toMatchObject([{ interruptions: [warning] }]);
    expect(await received(18_000)).toBe(NOTHING);
    expect(await received(3_000)).toMatchObject([{ receipt: 'm-1' }]);
    await queue.acknowledge(['m-1']);
    expect(await received(60_000)).toBe(NOTHING);
  });

  it('forgets what nobody took for an hour', async () => {
    const { queue, warning, pass, received } = aQueue();
    queue.announce(warning);
    await pass(3_601_000);
    expect(await received(1_000)).toBe(NOTHING);
  });

  it('refuses while it is away', async () => {
    const { world, queue } = aQueue();
    world.faults.activateFault('queue-away', 60_000);
    await expect(queue.receive(signal)).rejects.toMatchObject({ name: 'PortError', retry: 'transient' });
  });
});
