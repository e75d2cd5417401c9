import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { expectNothingLeaked, untilSettled } from './harness/fleet-state.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { STEADY, testPolicy } from './harness/test-policy.ts';
import { createPod } from './harness/workloads.ts';
import { startWorld, type World } from './harness/world.ts';

const BURSTS = 50;
const PODS_A_BURST = 3;
const GOAL_SECONDS = 1;

let world: World;

beforeAll(async () => {
  world = await startWorld('launch-latency');
  world.exporters.setAll(STEADY);
  await world.setPolicy(testPolicy({ max: BURSTS + 10, shrink: false }));
  await world.autoscaler.start();
  await untilSettled(world, 2);
});

afterAll(async () => {
  await world?.stop();
});

/** Nearest rank: the smallest value that this share of all values does not exceed. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Seconds from the API server's first answer to the launch call at EC2's door; each burst fills one machine. */
async function burst(index: number): Promise<number> {
  const callsBefore = world.proxy.callsOf('CreateFleet').length;
  let createdAtMs = Number.POSITIVE_INFINITY;
  const pods = Array.from({ length: PODS_A_BURST }, async (_, pod) => {
    await createPod(world.kube, { name: `burst-${index}-${pod}`, cpu: '640m' });
    createdAtMs = Math.min(createdAtMs, performance.now());
  });
  await Promise.all(pods);
  const call = await eventually('a CreateFleet call', () => world.proxy.callsOf('CreateFleet')[callsBefore], {
    everyMs: 5,
    deadlineMs: 30_000,
  });
  return (call.atMs - createdAtMs) / 1000;
}

describe('a burst of pods that do not fit', () => {
  it('reaches EC2 as one launch each, and the time that takes is printed beside its goal', async () => {
    await fillTheMinimum();
    const seconds: number[] = [];
    for (let index = 0; index < BURSTS; index += 1) seconds.push(await burst(index));
    const what = `pod created → CreateFleet, ${BURSTS} bursts of ${PODS_A_BURST}`;
    const p99 = percentile(seconds, 0.99);
    measured({ scenario: 'pending pod', what: `p50 ${what}`, seconds: percentile(seconds, 0.5) });
    measured({ scenario: 'pending pod', what: `p99 ${what}`, seconds: p99, goalSeconds: GOAL_SECONDS });
    await eventually('every pod to run', async () => {
      const pods = await world.kube.list('/api/v1/namespaces/default/pods');
      return pods.every((pod) => pod['status'].phase === 'Running');
    });
    await untilSettled(world, BURSTS + 2);
    await expectNothingLeaked(world);
  });

  /** Takes the room of the first two machines, so that each burst needs one of its own. */
  async function fillTheMinimum(): Promise<void> {
    for (const name of ['filler-1', 'filler-2']) await createPod(world.kube, { name, cpu: '1900m' });
    await eventually('the fillers to run', async () => {
      const pods = await world.kube.list('/api/v1/namespaces/default/pods');
      return pods.filter((pod) => pod['status'].phase === 'Running').length === 2;
    });
  }
});
