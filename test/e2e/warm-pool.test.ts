import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isUsable, workers } from './harness/fleet-state.ts';
import { fleetInstances } from './harness/machine-bridge.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { STEADY, testPolicy } from './harness/test-policy.ts';
import { deploy, runningPods } from './harness/workloads.ts';
import { CLUSTER_NAME, startWorld, type World } from './harness/world.ts';

const APP = 'web';
let world: World;

beforeAll(async () => {
  world = await startWorld('warm-pool');
  world.exporters.setAll(STEADY);
  await world.setPolicy({ ...testPolicy({ shrink: false }), warmPool: { size: 1 } });
  await world.autoscaler.start();
});

afterAll(async () => {
  await world?.stop();
});

async function stoppedIds(): Promise<readonly string[]> {
  const instances = await fleetInstances(world.moto.client, CLUSTER_NAME);
  return instances.flatMap(({ State, InstanceId = '' }) => (State?.Name === 'stopped' ? [InstanceId] : []));
}

async function pooledOperations(): Promise<number> {
  const path = '/apis/smartscale.dev/v1/namespaces/smartscale/scalingoperations';
  const operations = await world.kube.list(path);
  return operations.filter((operation) => JSON.stringify(operation).includes('"pooled"')).length;
}

/** The tests build on one another. The API server's own patience with a silent kubelet, some 50 s, is most of their time. */
describe('a warm pool on real components', () => {
  it('stops a machine that has joined, beside the workers that the minimum asks for', async () => {
    await eventually('two workers', async () => (await workers(world.kube)).filter(isUsable).length === 2);
    const [id] = await eventually(
      'a machine that waits stopped',
      async () => {
        const ids = await stoppedIds();
        return (await pooledOperations()) === 1 && ids.length === 1 && ids;
      },
      { deadlineMs: 150_000, everyMs: 500 },
    );
    const node = (await workers(world.kube)).find(({ metadata }) => metadata.name === id);
    expect(node === undefined || isUsable(node)).toBe(false);
    expect(world.proxy.callsOf('StopInstances')).toHaveLength(1);
    expect(world.proxy.callsOf('CreateFleet')).toHaveLength(3);
  });

  it('starts it for pods that fit nowhere, and buys nothing', async () => {
    const [id] = await stoppedIds();
    const from = performance.now();
    await deploy(world.kube, { name: APP, replicas: 5, cpu: '900m' });
    await eventually('five running pods', async () => (await runningPods(world.kube, APP)).length === 5);
    measured({
      scenario: 'warm pool',
      what: 'deployed → all run, by a start (the kubelet is back at once)',
      seconds: (performance.now() - from) / 1000,
    });
    expect(world.proxy.callsOf('StartInstances')).toHaveLength(1);
    const bound = await runningPods(world.kube, APP);
    expect(bound.map((pod) => pod['spec'].nodeName)).toContain(id);
    const node = (await workers(world.kube)).find(({ metadata }) => metadata.name === id);
    expect(node !== undefined && isUsable(node)).toBe(true);
  });
});
