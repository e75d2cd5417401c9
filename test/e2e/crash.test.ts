import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectWholeTrail } from './faults/audit-trail.ts';
import { expectNothingLeaked, isCordoned, untilSettled, workers } from './harness/fleet-state.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { IDLE, STEADY, testPolicy } from './harness/test-policy.ts';
import { deploy, runningPods, scale } from './harness/workloads.ts';
import { startWorld, type World } from './harness/world.ts';

const APP = 'web';
let world: World;

beforeAll(async () => {
  world = await startWorld('crash');
  world.exporters.setAll(STEADY);
  // A successor may lead 12 s after the last renewal; the drain must not be overdue by then.
  await world.setPolicy(testPolicy({ drainTimeoutSeconds: 60 }));
  await world.autoscaler.start();
  await deploy(world.kube, { name: APP, replicas: 1, cpu: '900m' });
  await untilSettled(world, 2);
});

afterAll(async () => {
  await world?.stop();
});

async function untilRunning(count: number): Promise<void> {
  await eventually(
    `${count} running pods`,
    async () => (await runningPods(world.kube, APP)).length === count,
  );
}

/** The tests build on one another: two pods fit on a machine, and each launch adds one. */
describe('an autoscaler that is killed', () => {
  it.each([
    ['after EC2 launched and before it heard of it', 'after', { pods: 5, nodes: 3 }],
    ['with its launch call on the way to EC2', 'before', { pods: 7, nodes: 4 }],
  ] as const)(
    '%s leaves nothing behind and launches nothing twice',
    async (_when, where, { pods, nodes }) => {
      await untilSettled(world, nodes - 1);
      const held = world.proxy.hold('CreateFleet', where);
      await scale(world.kube, APP, pods);
      await held.reached();
      await world.autoscaler.kill();
      held.release();
      const from = performance.now();
      await world.autoscaler.start();
      await untilRunning(pods);
      measured({
        scenario: 'killed in mid-launch',
        what: `restarted → pods run (call held ${where} it happened; lease 12 s)`,
        seconds: (performance.now() - from) / 1000,
      });
      await untilSettled(world, nodes);
      await expectNothingLeaked(world);
      await expectWholeTrail(world);
    },
  );

  it('in the middle of a drain is followed by one that finishes it', async () => {
    await scale(world.kube, APP, 4);
    await untilRunning(4);
    const held = world.gate.holdEvictions();
    world.exporters.setAll(IDLE);
    await held.reached();
    await world.autoscaler.kill();
    held.release();
    const cordoned = (await workers(world.kube)).filter(isCordoned).map((node) => node.metadata.name);
    expect(cordoned).toHaveLength(1);
    const from = performance.now();
    await world.autoscaler.start();
    await eventually('the drained node to be gone', async () => {
      const left = await workers(world.kube);
      return !left.some((node) => cordoned.includes(node.metadata.name));
    });
    measured({
      scenario: 'killed in mid-drain',
      what: 'restarted → drained, terminated, deleted (lease 12 s)',
      seconds: (performance.now() - from) / 1000,
    });
    await untilSettled(world, 2);
    await untilRunning(4);
    await expectNothingLeaked(world);
    await expectWholeTrail(world);
  });
});
