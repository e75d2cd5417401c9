import { describe, expect, it } from '@jest/globals';
import { abortLaunch } from '../../src/act/launch/advance-launch.ts';
import { STARTUP_TAINT_KEY } from '../../src/model/node.ts';
import type { LaunchOperation } from '../../src/model/operation.ts';
import { aLaunch, aNode, anInstance } from '../builders/fleet.ts';
import { ActWorld } from '../fakes/act-world.ts';

const SPOT = 't3.small/ap-southeast-1a/spot';
const ON_DEMAND = 't3.small/ap-southeast-1a/on-demand';
const BOOTING = { taints: [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }] };

function launchNow(world: ActWorld, parts: Partial<LaunchOperation> = {}): LaunchOperation {
  const nowMs = world.clock.now();
  return aLaunch({ createdAtMs: nowMs, deadlineMs: nowMs + 300_000, ...parts });
}

async function launched(world: ActWorld, parts: Partial<LaunchOperation> = {}): Promise<LaunchOperation> {
  const operation = await world.launchStep(launchNow(world, parts));
  expect(operation.step).toBe('launched');
  return operation;
}

describe('asking EC2 for an instance', () => {
  it('repeats the same token after a lost answer and adopts the one instance it made (F20)', async () => {
    const world = new ActWorld();
    world.cloud.scriptedLaunches.push('lost-answer');
    const operation = await world.launch(launchNow(world), 'launched');
    expect(world.cloud.requests.map((request) => request.clientToken)).toEqual(['op-1.1', 'op-1.1']);
    expect(world.cloud.list.map(({ id }) => id)).toEqual([operation.instanceId]);
  });

  it('waits longer after each transient fault and keeps the token (F28)', async () => {
    const world = new ActWorld();
    world.cloud.scriptedLaunches.push('transient', 'unreachable', 'transient');
    const startMs = world.clock.monotonicMs();
    await world.launch(launchNow(world), 'launched');
    expect(new Set(world.cloud.requests.map((request) => request.clientToken))).toEqual(new Set(['op-1.1']));
    expect(world.clock.monotonicMs() - startMs).toBe(1_000 + 2_000 + 4_000);
  });

  it('asks nothing before the pause is over', async () => {
    const world = new ActWorld();
    await world.launchStep(launchNow(world, { retryAtMs: world.clock.now() + 5_000 }));
    expect(world.log).toEqual([]);
  });

  it('asks for spot in the next zone before it goes on-demand, and not where spot is refused altogether (R70)', async () => {
    const nextDoor = 't3.small/ap-southeast-1b/spot' as const;
    const offerings = [SPOT, 't3a.small/ap-southeast-1a/spot', nextDoor, ON_DEMAND] as const;
    const asked = async (...faults: readonly ('capacity' | 'spot-only')[]) => {
      const world = new ActWorld();
      world.cloud.scriptedLaunches.push(...faults);
      await world.launch(launchNow(world, { offerings }), 'launched');
      return world.cloud.requests.map((request) => request.offerings);
    };
    const inFirstZone = offerings.slice(0, 2);
    expect(await asked('capacity')).toEqual([inFirstZone, [nextDoor]]);
    expect(await asked('capacity', 'capacity')).toEqual([inFirstZone, [nextDoor], [ON_DEMAND]]);
    expect(await asked('spot-only')).toEqual([inFirstZone, [ON_DEMAND]]);
  });

  it('gives the machine the time to join that was learned, from EC2’s answer on and within the deadline', async () => {
    const world = new ActWorld();
    world.cloud.scriptedLaunches.push('transient');
    const deadlineOf = async (joinWithinMs: number) =>
      (await world.launch(launchNow(world, { joinWithinMs }), 'launched')).deadlineMs - world.clock.now();
    expect(await deadlineOf(120_000)).toBe(120_000);
    expect(await deadlineOf(900_000)).toBe(300_000);
  });

  it('goes on-demand at once under a new token when spot is refused (F24)', async () => {
    for (const fault of ['capacity', 'spot-only'] as const) {
      const world = new ActWorld();
      world.cloud.scriptedLaunches.push(fault);
      const startMs = world.clock.now();
      const operation = await world.launch(launchNow(world, { offerings: [SPOT, ON_DEMAND] }), 'launched');
      expect(world.cloud.requests.map(({ clientToken, offerings }) => [clientToken, offerings])).toEqual([
        ['op-1.1', [SPOT]],
        ['op-1.2', [ON_DEMAND]],
      ]);
      expect(world.clock.now()).toBe(startMs);
      expect(operation.offering).toBe(ON_DEMAND);
      expect(world.notices().map(({ code }) => code)).toEqual(['launch-fallback']);
    }
  });

  it('ends as failed when no lifecycle has capacity (F25)', async () => {
    const world = new ActWorld();
    world.cloud.scriptedLaunches.push('capacity', 'capacity');
    const operation = await world.launch(launchNow(world, { offerings: [SPOT, ON_DEMAND] }));
    expect(operation).toMatchObject({ step: 'failed', outcome: { code: 'no-capacity' } });
    expect(operation.endedAtMs).toBe(world.clock.now());
    expect(operation.faults).toHaveLength(2);
  });

  it.each([
    ['quota', 'Ask AWS for a higher quota'],
    ['authorization', 'IAM role'],
    ['configuration', 'launch template'],
  ] as const)(
    'ends on a fault of %s with a remedy and no fallback (F27, F29, F30)',
    async (fault, remedy) => {
      const world = new ActWorld();
      world.cloud.scriptedLaunches.push(fault);
      const operation = await world.launch(launchNow(world, { offerings: [SPOT, ON_DEMAND] }));
      expect(operation).toMatchObject({ step: 'failed', outcome: { code: `launch-${fault}` } });
      expect(world.notices().map(({ text }) => text)).toEqual([expect.stringContaining(remedy)]);
      expect(world.cloud.requests).toHaveLength(1);
    },
  );

  it('adopts the instance of a token that was used with other parameters (F33)', async () => {
    const world = new ActWorld();
    world.cloud.scriptedLaunches.push('lost-answer', 'token-mismatch');
    const operation = await world.launch(launchNow(world), 'launched');
    expect(operation.instanceId).toBe('i-made-1');
    expect(world.cloud.list).toHaveLength(1);
  });

  it('terminates an instance that turns up after its deadline passed without an answer', async () => {
    const world = new ActWorld();
    world.cloud.scriptedLaunches.push(
      'lost-answer',
      ...Array.from({ length: 30 }, () => 'unreachable' as const),
    );
    const operation = await world.launch(launchNow(world, { deadlineMs: world.clock.now() + 60_000 }));
    expect(operation).toMatchObject({ step: 'failed', outcome: { code: 'launch-timeout' } });
    expect(world.cloud.list.map(({ state }) => state)).toEqual(['shutting-down']);
  });

  it('ends a minute after the last call when nothing turned up (F23)', async () => {
    const world = new ActWorld();
    world.cloud.scriptedLaunches.push('unreachable', 'capacity');
    const operation = await world.launch(launchNow(world));
    expect(operation).toMatchObject({ step: 'failed', outcome: { code: 'no-capacity' } });
    expect((operation.endedAtMs ?? 0) - (operation.faults.at(-1)?.atMs ?? 0)).toBe(60_000);
  });

  it('asks EC2 for nothing past its deadline', async () => {
    const world = new ActWorld();
    const operation = await world.launch(launchNow(world, { deadlineMs: world.clock.now() }));
    expect(operation).toMatchObject({ step: 'failed', outcome: { code: 'launch-timeout' } });
    expect(world.calls()).toEqual([]);
  });

  it('tags the instance with its operation, decision and policy (R31)', async () => {
    const world = new ActWorld();
    await launched(world, { offerings: [SPOT], policy: { digest: 'sha256:1', revision: 'main@sha1:2' } });
    expect(world.cloud.requests[0]?.tags).toMatchObject({
      Cluster: 'test',
      Name: 'test-worker-spot',
      InstanceMarket: 'spot',
      'smartscale.dev/operation': 'op-1',
      'smartscale.dev/decision': 'd-1',
      'smartscale.dev/policy-digest': 'sha256:1',
      'smartscale.dev/policy-revision': 'main@sha1:2',
    });
  });
});

describe('waiting for the node to join', () => {
  it('admits the node once it is Ready, and only then is the launch ready', async () => {
    const world = new ActWorld();
    const operation = await launched(world);
    world.cluster.nodes = [aNode({ name: 'i-made-1', isReady: false, ...BOOTING })];
    expect((await world.launchStep(operation)).step).toBe('launched');
    world.cluster.edit('i-made-1', { isReady: true });
    expect(await world.launchStep(operation)).toMatchObject({
      step: 'ready',
      endedAtMs: world.clock.now(),
    });
    expect(world.log).toEqual(['launch op-1.1', 'put launched', 'admit i-made-1', 'put ready']);
  });

  it.each([
    ['type', { type: 'm5.large' }],
    ['zone', { zone: 'ap-southeast-1b' }],
  ])('never admits a node of another %s than was bought (F39)', async (_, wrong) => {
    const world = new ActWorld();
    const operation = await launched(world);
    world.cluster.nodes = [aNode({ name: 'i-made-1', ...BOOTING, ...wrong })];
    expect(await world.launch(operation)).toMatchObject({
      step: 'failed',
      outcome: { code: 'node-mismatch' },
    });
    expect(world.calls()).toEqual(['launch op-1.1', 'terminate i-made-1', 'delete-node i-made-1']);
  });

  it('never admits two nodes that claim one instance (F40)', async () => {
    const world = new ActWorld();
    const operation = await launched(world);
    world.cluster.nodes = ['a', 'b'].map((name) => aNode({ name, instanceId: 'i-made-1', ...BOOTING }));
    expect(await world.launch(operation)).toMatchObject({
      step: 'failed',
      outcome: { code: 'join-timeout' },
    });
    expect(world.calls()).not.toContainEqual(expect.stringMatching(/^(admit|delete-node)/));
  });

  it('tells the last words of a machine that never joined, terminates it and fails (F35)', async () => {
    const world = new ActWorld();
    world.cloud.console = `${'x'.repeat(5_000)}token rejected`;
    const operation = await world.launch(await launched(world));
    expect(operation).toMatchObject({ step: 'failed', outcome: { code: 'join-timeout' } });
    expect(world.calls()).toEqual(['launch op-1.1', 'console i-made-1', 'terminate i-made-1']);
    const [told] = world.notices();
    expect(told?.text).toContain('token rejected');
    expect(told?.text.length).toBeLessThan(1_300);
  });

  it('terminates a machine whose node never becomes ready by the same deadline, and takes its node away (F36)', async () => {
    const world = new ActWorld();
    const operation = await launched(world);
    world.cluster.nodes = [aNode({ name: 'i-made-1', isReady: false, ...BOOTING })];
    expect(await world.launch(operation)).toMatchObject({
      step: 'failed',
      endedAtMs: expect.any(Number),
      outcome: { code: 'join-timeout', text: expect.stringContaining('joined but is not fit within 300 s') },
    });
    expect(world.calls()).toEqual([
      'launch op-1.1',
      'console i-made-1',
      'terminate i-made-1',
      'delete-node i-made-1',
    ]);
  });

  it('terminates the machine although its console cannot be read', async () => {
    const world = new ActWorld();
    world.cloud.failures.console = 1;
    await world.launch(await launched(world));
    expect(world.calls()).toContain('terminate i-made-1');
    expect(world.notices()[0]?.text).toContain('could not be read');
  });

  it('says that an instance was lost before it joined, and fails at once (F34)', async () => {
    const world = new ActWorld();
    const operation = await launched(world);
    world.cloud.move('i-made-1', 'terminated');
    expect(await world.launch(operation)).toMatchObject({
      step: 'failed',
      outcome: { code: 'instance-lost' },
    });
    expect(world.calls()).toEqual(['launch op-1.1']);
  });

  it('does not take silence of EC2, or an instance not yet listed, for a loss (F23)', async () => {
    const world = new ActWorld();
    const operation = await launched(world);
    world.cloud.failures.instances = 1;
    expect((await world.launchStep(operation)).step).toBe('launched');
    world.cloud.list = [];
    await world.clock.advance(10_000);
    expect((await world.launchStep(operation)).step).toBe('launched');
  });

  it('does not take a launch for undone by a list that lacks the machines of most ready nodes (F43)', async () => {
    const world = new ActWorld();
    world.cluster.nodes = [aNode({ name: 'i-2' }), aNode({ name: 'i-3' })];
    const fault = { class: 'transient', code: 'TimeoutError', message: '', offerings: [] } as const;
    const faults = [{ ...fault, atMs: world.clock.now() - 120_000 }];
    const undoing = aLaunch({ step: 'undoing', faults });
    expect((await world.launchStep(undoing)).step).toBe('undoing');
    await world.clock.advance(10_000);
    world.cloud.list = ['i-2', 'i-3'].map((id) => anInstance({ id }));
    expect((await world.launchStep(undoing)).step).toBe('failed');
  });

  it('terminates a node that joins while the launch is being undone, and takes it away (F37)', async () => {
    const world = new ActWorld();
    const operation = await world.launch(await launched(world), 'undoing');
    world.cluster.nodes = [aNode({ name: 'i-made-1', ...BOOTING })];
    expect((await world.launch(operation)).step).toBe('failed');
    expect(world.cluster.nodes).toEqual([]);
    expect(world.calls()).not.toContain('admit i-made-1');
  });
});

describe('a launch that the policy no longer allows (R56)', () => {
  const REASONS = [
    { code: 'above-maximum' as const, text: '5 workers exist or are in flight, the maximum is 2' },
  ];

  async function calledOff(world: ActWorld, operation: LaunchOperation): Promise<LaunchOperation> {
    const { operation: undoing } = await abortLaunch(operation, REASONS, world.ports, world.signal);
    expect(undoing.step).toBe('undoing');
    return world.launch(undoing);
  }

  it('is given up before EC2 was asked, and EC2 is not asked any more', async () => {
    const world = new ActWorld();
    const ended = await calledOff(world, launchNow(world));
    expect(ended).toMatchObject({
      step: 'failed',
      outcome: { code: 'called-off', text: `called off: ${REASONS[0]?.text}` },
    });
    expect(world.cloud.requests).toEqual([]);
  });

  it('takes back the instance of a call whose answer was lost', async () => {
    const world = new ActWorld();
    world.cloud.scriptedLaunches.push('lost-answer');
    const asked = await world.launchStep(launchNow(world));
    expect(asked.step).toBe('intended');
    await calledOff(world, asked);
    expect(world.cloud.list.filter(({ state }) => state === 'pending' || state === 'running')).toEqual([]);
    expect(world.cloud.requests).toHaveLength(1);
  });

  it('terminates the machine while it boots, and takes its node away', async () => {
    const world = new ActWorld();
    const operation = await launched(world);
    const name = operation.instanceId ?? '';
    world.cluster.nodes = [aNode({ name, ...BOOTING })];
    await calledOff(world, operation);
    expect(world.calls()).toEqual(expect.arrayContaining([`terminate ${name}`, `delete-node ${name}`]));
  });

  it.each(['undoing', 'ready', 'failed'] as const)('goes on as it would when it is %s', async (step) => {
    const world = new ActWorld();
    const operation = launchNow(world, { step, instanceId: 'i-9' });
    const { operation: after } = await abortLaunch(operation, REASONS, world.ports, world.signal);
    expect(after.outcome).toBeUndefined();
  });
});

describe('a launch of a replica without the lease', () => {
  it('changes nothing, in the world or in the ledger, at any step', async () => {
    const world = new ActWorld();
    const launchedNow = await launched(world);
    world.log.length = 0;
    world.isLeader = false;
    world.cluster.nodes = [aNode({ name: 'i-made-1', ...BOOTING })];
    const overdue = { ...launchedNow, deadlineMs: world.clock.now() };
    const steps = [launchNow(world), launchedNow, { ...launchedNow, step: 'undoing' as const }];
    for (const operation of steps) expect(await world.launchStep(operation)).toBe(operation);
    world.cluster.nodes = [];
    expect(await world.launchStep(overdue)).toBe(overdue);
    expect(world.log).toEqual([]);
  });
});
