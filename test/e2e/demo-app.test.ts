import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aliveInstances, expectNothingLeaked, untilSettled } from './harness/fleet-state.ts';
import type { KubeObject } from './harness/kube-client.ts';
import { applyObject, shippedObjects } from './harness/manifests.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { STEADY, testPolicy } from './harness/test-policy.ts';
import { startWorld, type World } from './harness/world.ts';

const DEPLOYMENT = '/apis/apps/v1/namespaces/demo/deployments/demo-app';
const PODS = '/api/v1/namespaces/demo/pods?labelSelector=app.kubernetes.io%2Fname%3Ddemo-app';
let world: World;

beforeAll(async () => {
  world = await startWorld('demo-app');
  world.exporters.setAll(STEADY);
  await world.setPolicy(testPolicy({ max: 5, shrink: false }));
  await world.autoscaler.start();
  await untilSettled(world, 2);
});

afterAll(async () => {
  await world?.stop();
});

async function runningPods(): Promise<readonly KubeObject[]> {
  const pods = await world.kube.list(PODS);
  return pods.filter(
    (pod) => pod['status']?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined,
  );
}

async function untilRunning(count: number): Promise<readonly KubeObject[]> {
  return eventually(`${count} running pods`, async () => {
    const pods = await runningPods();
    return pods.length === count ? pods : undefined;
  });
}

const nodeOf = (pod: KubeObject): string => pod['spec'].nodeName;

describe('the shipped demo app on real components', () => {
  it('is brought to two pods by its autoscaling, one on each worker', async () => {
    for (const object of shippedObjects('apps')) await applyObject(world.kube, object);
    const pods = await untilRunning(2);
    const workers = new Set(await aliveInstances(world));
    expect(new Set(pods.map(nodeOf))).toEqual(workers);
  });

  it('brings a worker with each pod more, and no pod onto the control plane', async () => {
    const from = performance.now();
    // What the autoscaling does when load rises; this world has no metrics of pods.
    await world.kube.patch(`${DEPLOYMENT}/scale`, { spec: { replicas: 4 } });
    const pods = await untilRunning(4);
    measured({
      scenario: 'demo app',
      what: '2 → 4 pods, each on a worker of its own (machines boot in 0.5 s)',
      seconds: (performance.now() - from) / 1000,
    });
    await untilSettled(world, 4);
    expect(new Set(pods.map(nodeOf))).toEqual(new Set(await aliveInstances(world)));
    await expectNothingLeaked(world);
  });

  it('is rolled out on the workers that there are', async () => {
    const template = { metadata: { annotations: { 'smartscale.dev/try': 'a new revision' } } };
    await world.kube.patch(DEPLOYMENT, { spec: { template } });
    await eventually('the new revision everywhere', async () => {
      const { status, metadata } = await world.kube.get(DEPLOYMENT);
      const isSeen = status.observedGeneration === metadata.generation;
      return (
        isSeen && status.updatedReplicas === 4 && status.availableReplicas === 4 && status.replicas === 4
      );
    });
    expect(await aliveInstances(world)).toHaveLength(4);
  });
});
