import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AutoscalerProcess } from './harness/autoscaler-process.ts';
import { expectNothingLeaked, untilSettled } from './harness/fleet-state.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { STEADY, testPolicy } from './harness/test-policy.ts';
import { deploy } from './harness/workloads.ts';
import { NAMESPACE, startWorld, type World } from './harness/world.ts';

const APP = 'web';
let world: World;

beforeAll(async () => {
  world = await startWorld('standby');
  world.exporters.setAll(STEADY);
  await world.setPolicy(testPolicy());
  await world.autoscaler.start();
  await untilLeading(world.autoscaler, 1);
  await world.standby.start();
  await world.standby.untilReady();
});

afterAll(async () => {
  await world?.stop();
});

function linesOf(replica: AutoscalerProcess, message: string): number {
  return replica.log().filter((line) => line['msg'] === message).length;
}

async function untilLeading(replica: AutoscalerProcess, times: number): Promise<void> {
  await eventually('the replica to lead', () => linesOf(replica, 'leading') === times);
}

/** Taken over has who has decided. */
async function untilDeciding(replica: AutoscalerProcess, before: number): Promise<void> {
  await eventually('the replica to decide', () => linesOf(replica, 'decision') > before, { everyMs: 10 });
}

async function leaseHolder(): Promise<unknown> {
  const lease = await world.kube.get(
    `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/smartscale`,
  );
  return lease['spec'].holderIdentity;
}

/** The Deployment runs two replicas. The tests build on one another. */
describe('a second replica', () => {
  it('is ready and decides nothing while the first one leads', async () => {
    const before = linesOf(world.autoscaler, 'decision');
    await eventually('the leader to decide on', () => linesOf(world.autoscaler, 'decision') > before + 2);
    await untilSettled(world, 2);
    expect(linesOf(world.standby, 'leading')).toBe(0);
    expect(linesOf(world.standby, 'decision')).toBe(0);
  });

  it('takes over when the leader is killed, and launches what pods wait for', async () => {
    const from = performance.now();
    await world.autoscaler.kill();
    await untilDeciding(world.standby, 0);
    measured({
      scenario: 'standby',
      what: 'leader killed → the other one has decided (goal 15 s)',
      seconds: (performance.now() - from) / 1000,
    });
    await deploy(world.kube, { name: APP, replicas: 5, cpu: '900m' });
    await untilSettled(world, 3);
    await expectNothingLeaked(world);
  });

  it('takes over without waiting for the lease when the leader ends in order, as in a rollout', async () => {
    await world.autoscaler.start();
    await world.autoscaler.untilReady();
    const leader = await leaseHolder();
    const before = linesOf(world.autoscaler, 'decision');
    const from = performance.now();
    await world.standby.stop();
    expect(await leaseHolder()).not.toBe(leader);
    await untilDeciding(world.autoscaler, before);
    measured({
      scenario: 'standby',
      what: 'leader told to stop → the other one has decided (goal 2 s)',
      seconds: (performance.now() - from) / 1000,
    });
    await untilSettled(world, 3);
    await expectNothingLeaked(world);
  });
});
