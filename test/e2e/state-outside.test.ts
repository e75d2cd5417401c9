import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTable } from '../fakes/dynalite.ts';
import { expectNothingLeaked, untilSettled } from './harness/fleet-state.ts';
import { measured } from './harness/measurements.ts';
import { FAKE_CREDENTIALS, REGION } from './harness/moto.ts';
import { eventually } from './harness/poll.ts';
import { STEADY, testPolicy } from './harness/test-policy.ts';
import { deploy } from './harness/workloads.ts';
import { NAMESPACE, startWorld, type World } from './harness/world.ts';

const IN_TABLE = ['--ledger=dynamodb', '--table=state'] as const;
let world: World;
let client: DynamoDBClient;

beforeAll(async () => {
  world = await startWorld('state-outside');
  client = new DynamoDBClient({ region: REGION, endpoint: world.moto.url, credentials: FAKE_CREDENTIALS });
  world.exporters.setAll(STEADY);
  await world.setPolicy(testPolicy());
});

afterAll(async () => {
  client?.destroy();
  await world?.stop();
});

async function items(prefix: string): Promise<readonly Record<string, AttributeValue>[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'state', ConsistentRead: true }));
  return Items.filter((item) => item['sk']?.S?.startsWith(prefix));
}

/** The tests build on one another. */
describe('an autoscaler with its state in DynamoDB', () => {
  it('does not start without the table', async () => {
    const { code, stderr } = await world.autoscaler.command('run', ...IN_TABLE, '--port=0');
    expect(stderr).toContain('make it with bootstrap/, or name another with --table');
    expect(code).toBe(2);
  });

  it('leads and launches by the table alone: the cluster holds neither lease nor operation', async () => {
    await createTable(client, 'state');
    await world.autoscaler.start(...IN_TABLE);
    await untilSettled(world, 2);
    await eventually('both launches to have ended', async () => {
      const operations = await items('op#');
      return operations.length === 2 && operations.every((item) => item['step']?.S === 'ready');
    });
    const leases = await world.kube.list(`/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`);
    expect(leases.map((lease) => lease.metadata.name)).not.toContain('smartscale');
    const operations = `/apis/smartscale.dev/v1/namespaces/${NAMESPACE}/scalingoperations`;
    // The API server opens a kind's store when it is first asked for it.
    const inCluster = await eventually('the operations of the cluster', () => world.kube.list(operations));
    expect(inCluster).toEqual([]);
  });

  it('is followed after a clean stop without a wait for the lock, by one whose writes carry a higher token', async () => {
    await world.autoscaler.stop();
    expect((await items('lease#')).map((item) => item['holderIdentity']?.S)).toEqual(['']);
    await deploy(world.kube, { name: 'web', replicas: 5, cpu: '900m' });
    const from = performance.now();
    await world.autoscaler.start(...IN_TABLE);
    await untilSettled(world, 3);
    measured({
      scenario: 'state in DynamoDB',
      what: 'restarted after a clean stop → a third worker is usable',
      seconds: (performance.now() - from) / 1000,
    });
    const tokens = (await items('op#')).map((item) => Number(item['fencingToken']?.N));
    const [first = 0, ...others] = [...tokens].sort((a, b) => a - b);
    expect(others).toEqual([first, first + 1]);
    await expectNothingLeaked(world);
  });
});
