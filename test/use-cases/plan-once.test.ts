import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoDbLedger } from '../../src/adapters/dynamodb/dynamo-ledger.ts';
import { DynamoTable } from '../../src/adapters/dynamodb/dynamo-table.ts';
import type { LedgerOptions } from '../../src/process/ledger-choice.ts';
import { CommandError, orCommandError } from '../../src/use-cases/command-error.ts';
import { planOnce } from '../../src/use-cases/plan-once.ts';
import { aConfigMap, aFleet, FLEETS, KUSTOMIZATION } from '../adapters/kubernetes/fleet-objects.ts';
import {
  type Answer,
  type RecordedCall,
  RecordingApiServer,
} from '../adapters/kubernetes/recording-api-server.ts';
import { aLaunch } from '../builders/fleet.ts';
import { createTable, REGION, startDynalite } from '../fakes/dynalite.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';
import { writeKubeconfig } from '../process/kubeconfig-file.ts';

const OPERATIONS = '/apis/smartscale.dev/v1/namespaces/smartscale/scalingoperations';

let server: RecordingApiServer;
let folder = '';
let policies: readonly object[] = [];
let fleets: readonly object[] = [];
let operations: Answer = { status: 404, body: {} };

/** An empty cluster with the test's policy; as EC2 it refuses everything. */
function answer({ method, path }: RecordedCall): Answer {
  if (method === 'POST') return { status: 403, body: {} };
  if (path.startsWith(OPERATIONS)) return operations;
  if (path.includes('watch=true')) return { status: 200 };
  if (path === KUSTOMIZATION)
    return { status: 200, body: { status: { lastAttemptedRevision: 'main@sha1:1' } } };
  const items = path.includes('/configmaps') ? policies : path.startsWith(FLEETS) ? fleets : [];
  return { status: 200, body: { metadata: { resourceVersion: '1' }, items } };
}

async function plan(
  flags: { readonly policy?: string } & LedgerOptions = {},
  more: Readonly<Record<string, string>> = {},
) {
  const kubeconfig = await writeKubeconfig(folder, server.url);
  const env = {
    AWS_REGION: 'ap-southeast-1',
    AWS_ENDPOINT_URL: server.url,
    SMARTSCALE_LAUNCH_TEMPLATE: 'lt-1',
    SMARTSCALE_LAUNCH_TEMPLATE_VERSION: '1',
    SMARTSCALE_SUBNET_IDS: 'subnet-1',
    ...more,
  };
  const common = {
    kubeconfig,
    namespace: 'smartscale',
    clusterName: 'production',
  };
  return planOnce({ ...common, ...flags }, env);
}

beforeAll(() => {
  // Else the SDK would look for credentials outside this machine.
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-'));
  server = await RecordingApiServer.start(answer);
  policies = [];
  operations = { status: 404, body: {} };
  fleets = [aFleet({ configMap: 'policy-a' })];
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe('planOnce', () => {
  it('decides by the policy of the cluster, says what it could not see, and writes nothing', async () => {
    policies = [aConfigMap('policy-a', 'nodes: { min: 2 }')];
    const answered = await plan();
    expect(answered).toMatchObject({
      kind: 'plan',
      plan: { currentNodes: 0, policy: { revision: 'main@sha1:1' } },
    });
    expect(answered.notes.join('\n')).toContain('EC2 does not answer');
    const writes = server.calls.filter((call) => call.method !== 'GET' && call.path !== '/');
    expect(writes).toEqual([]);
  });

  it('decides by a policy file, and lists its faults when it is invalid', async () => {
    const policy = join(folder, 'policy.yaml');
    await writeFile(policy, 'nodes: { min: 3 }');
    expect(await plan({ policy })).toMatchObject({
      kind: 'plan',
      plan: { demands: [{ name: 'floor', nodes: 3 }, {}, {}] },
    });
    await writeFile(policy, 'nodes: { min: 9, max: 2 }');
    const answered = await plan({ policy });
    expect(answered.kind).toBe('invalid-policy');
    expect(answered.notes.join('\n')).toContain(`${policy}:1 nodes.m`);
  });

  it.each([
    ['is broken', [aConfigMap('policy-a', 'nodes: { min: 9, max: 2 }')], 'policy.yaml:1 nodes.m'],
    ['is gone', [], 'ConfigMap policy-a, which NodeFleet smartscale/production names, is not there.'],
  ])(
    'decides by the last good policy while the newest %s, as the autoscaler does, and says so',
    async (_what, configMaps, why) => {
      policies = configMaps;
      const accepted = {
        text: 'nodes: { min: 3 }',
        digest: 'sha256:3',
        revision: 'main@sha1:good',
        since: '',
      };
      fleets = [aFleet({ configMap: 'policy-a', status: { policy: { accepted } } })];
      const answered = await plan();
      expect(answered).toMatchObject({
        kind: 'plan',
        isNewestValid: false,
        plan: { policy: { revision: 'main@sha1:good' }, demands: [{ name: 'floor', nodes: 3 }, {}, {}] },
      });
      expect(answered.notes.join('\n')).toContain(why);
      expect(answered.notes.join('\n')).toMatch(
        /Planned by the last good policy, sha256:[0-9a-f]{64} of main@sha1:good\./,
      );
    },
  );

  it('counts what the running autoscaler has under way, in the cluster or in a table', async () => {
    policies = [aConfigMap('policy-a', 'nodes: { min: 2 }')];
    const launch = aLaunch({ deadlineMs: Date.now() + 60_000 });
    const inCluster = { metadata: { resourceVersion: '1' }, spec: { fencingToken: 0, operation: launch } };
    operations = { status: 200, body: { items: [inCluster] } };
    expect(await plan()).toMatchObject({ plan: { currentNodes: 1 } });

    const dynalite = await startDynalite();
    await createTable(dynalite.client, 'state');
    const place = { region: REGION, endpoint: dynalite.url, tableName: 'state', clusterName: 'production' };
    const table = new DynamoTable(place);
    const signal = new AbortController().signal;
    for (const id of ['op-1', 'op-2'])
      await new DynamoDbLedger(table, new SteppedClock()).put({ ...launch, id }, 0, signal);
    const flags = { ledger: 'dynamodb', table: 'state' } as const;
    const answered = await plan(flags, { AWS_ENDPOINT_URL_DYNAMODB: dynalite.url });
    table.close();
    await dynalite.stop();
    expect(answered).toMatchObject({ plan: { currentNodes: 2 } });
  });

  it('says how to name the fleet when it, or the ConfigMap that it names, is not there', async () => {
    await expect(plan()).rejects.toThrow(
      'ConfigMap policy-a, which NodeFleet smartscale/production names, is not there: name the fleet with --node-fleet',
    );
    fleets = [];
    await expect(plan()).rejects.toThrow('There is no NodeFleet smartscale/production: name the fleet with');
  });

  it('says in one line what is missing in the environment', async () => {
    const flags = { nodeFleet: 'f' };
    await expect(orCommandError(() => planOnce(flags, {}))).rejects.toThrow(CommandError);
    await expect(orCommandError(() => planOnce(flags, {}))).rejects.toThrow('AWS_REGION is not set');
    await expect(orCommandError(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
  });
});
