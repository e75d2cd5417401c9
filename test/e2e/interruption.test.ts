import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anEvent, aSpotWarning, STATE_CHANGE } from '../adapters/sqs/aws-events.ts';
import { expectWholeTrail } from './faults/audit-trail.ts';
import { expectNothingLeaked, isCordoned, untilSettled, workers } from './harness/fleet-state.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { STEADY, testPolicy } from './harness/test-policy.ts';
import { budget, deploy, disruptionsAllowed, runningPods } from './harness/workloads.ts';
import { startWorld, type World } from './harness/world.ts';

const APP = 'web';
const FOREIGN = 'i-00000000000000bad';
let world: World;

beforeAll(async () => {
  world = await startWorld('interruption');
  world.exporters.setAll(STEADY);
  await world.setPolicy(testPolicy());
  await world.autoscaler.start();
  await deploy(world.kube, { name: APP, replicas: 4, cpu: '900m' });
  await budget(world.kube, APP, { maxUnavailable: 1 });
  await untilSettled(world, 2);
});

afterAll(async () => {
  await world?.stop();
});

describe('a spot warning', () => {
  it('cordons and launches at once, drains as the budget allows, and leaves nothing behind', async () => {
    await eventually(
      'four running pods that the budget guards',
      async () =>
        (await runningPods(world.kube, APP)).length === 4 &&
        (await disruptionsAllowed(world.kube, APP)) === 1,
    );
    const launches = world.proxy.callsOf('CreateFleet').length;
    const [victim] = await workers(world.kube);
    const name = victim?.metadata.name ?? '';
    const { send, count } = world.interruptions;
    await send('<html>');
    await send(aSpotWarning(FOREIGN));
    await send(anEvent(STATE_CHANGE, { 'instance-id': FOREIGN, state: 'terminated' }));
    const warning = aSpotWarning(name, { time: new Date().toISOString() });
    const from = performance.now();
    await send(warning);
    await eventually('the cordon and the launch', async () => {
      const node = (await workers(world.kube)).find(({ metadata }) => metadata.name === name);
      const isLaunching = world.proxy.callsOf('CreateFleet').length > launches;
      return isLaunching && (node === undefined || isCordoned(node));
    });
    const reactionSeconds = (performance.now() - from) / 1000;
    await send(warning);
    measured({
      scenario: 'spot warning',
      what: 'message sent → cordon and CreateFleet',
      seconds: reactionSeconds,
    });
    await eventually('the warned node to be gone', async () => {
      return !(await workers(world.kube)).some(({ metadata }) => metadata.name === name);
    });
    const drainedSeconds = (performance.now() - from) / 1000;
    measured({
      scenario: 'spot warning',
      what: 'message sent → drained under a budget, gone',
      seconds: drainedSeconds,
    });
    await eventually('four running pods', async () => (await runningPods(world.kube, APP)).length === 4);
    await untilSettled(world, 2);
    await expectNothingLeaked(world);
    await expectWholeTrail(world);
    expect(world.proxy.callsOf('CreateFleet')).toHaveLength(launches + 1);
    await eventually('an empty queue', async () => (await count()) === 0);
    expect((await workers(world.kube)).filter(isCordoned)).toEqual([]);
  });
});
