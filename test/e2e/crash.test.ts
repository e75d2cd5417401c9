import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingLeaked, isCordoned, untilSettled, workers } from './harness/fleet-state.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { IDLE, STEADY, testPolicy } from './harness/test-policy.ts';
import { deploy, runningPods, scale } from './harness/workloads.ts';
import { startWorld, type World } from './harness/world.ts';

const APP = 'web';
let world: World;

beforeEach(async () => {
  world = await startWorld('crash');
  world.exporters.setAll(STEADY);
  await world.setPolicy(testPolicy());
  await world.autoscaler.start();
  await untilSettled(world, 2);
});

afterEach(async () => {
  await world?.stop();
});

/** One call per token may reach EC2; further ones must be answered from its memory. */
function expectNoCallTwice(): void {
  const real = world.proxy.callsOf('CreateFleet').filter((call) => call.outcome === 'forwarded');
  const tokens = real.map((call) => call.form.get('ClientToken'));
  expect(new Set(tokens).size).toBe(tokens.length);
}

describe('an autoscaler that is killed', () => {
  it.each([
    ['after EC2 launched and before it heard of it', 'after'],
    ['with its launch call on the way to EC2', 'before'],
  ] as const)('%s leaves nothing behind and launches nothing twice', async (_when, where) => {
    const held = world.proxy.hold('CreateFleet', where);
    await deploy(world.kube, { name: APP, replicas: 5, cpu: '900m' });
    await held.reached();
    await world.autoscaler.kill();
    held.release();
    const from = performance.now();
    await world.autoscaler.start();
    await eventually('five running pods', async () => (await runningPods(world.kube, APP)).length === 5);
    measured({
      scenario: 'killed in mid-launch',
      what: `restarted → pods run (call held ${where} it happened; lease 15 s)`,
      seconds: (performance.now() - from) / 1000,
    });
    await untilSettled(world, 3);
    await expectNothingLeaked(world);
    expectNoCallTwice();
  });

  it('in the middle of a drain is followed by one that finishes it', async () => {
    await deploy(world.kube, { name: APP, replicas: 5, cpu: '900m' });
    await eventually('five running pods', async () => (await runningPods(world.kube, APP)).length === 5);
    await untilSettled(world, 3);
    await scale(world.kube, APP, 3);
    const held = world.gate.holdEvictions();
    world.exporters.setAll(IDLE);
    await held.reached();
    await world.autoscaler.kill();
    held.release();
    expect((await workers(world.kube)).filter(isCordoned)).toHaveLength(1);
    const from = performance.now();
    await world.autoscaler.start();
    await untilSettled(world, 2);
    measured({
      scenario: 'killed in mid-drain',
      what: 'restarted → drained, terminated, deleted (lease 15 s)',
      seconds: (performance.now() - from) / 1000,
    });
    await eventually('three running pods', async () => (await runningPods(world.kube, APP)).length === 3);
    await expectNothingLeaked(world);
    expectNoCallTwice();
  });
});
