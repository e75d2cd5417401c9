import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import type { ControllerPorts } from '../../src/loop/controller.ts';
import { type ProcessOptions, runAutoscaler } from '../../src/process/autoscaler-process.ts';
import { readOnlyCloud } from '../../src/process/read-only-ports.ts';
import { aConfigMap, aFleet, FLEETS, KUSTOMIZATION } from '../adapters/kubernetes/fleet-objects.ts';
import {
  type Answer,
  type RecordedCall,
  RecordingApiServer,
  refusal,
} from '../adapters/kubernetes/recording-api-server.ts';
import { aLaunch } from '../builders/fleet.ts';
import { aUtilization } from '../builders/snapshot.ts';
import { createTable, type Dynalite, REGION, startDynalite } from '../fakes/dynalite.ts';
import { writeKubeconfig } from './kubeconfig-file.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/smartscale/leases';
const POLICY = aConfigMap('policy-a', 'nodes: { min: 2 }');

let server: RecordingApiServer | undefined;
let folder = '';

/** An empty cluster with a policy that Flux applied, whose lease is whatever was written last. */
function emptyCluster(): (call: RecordedCall) => Answer {
  let lease: unknown;
  return ({ method, path, body }) => {
    if (path.startsWith(LEASES)) {
      if (method === 'GET' && lease === undefined) return refusal(404);
      if (method !== 'GET') lease = { ...(body as object), metadata: { resourceVersion: '1' } };
      return { status: 200, body: lease };
    }
    if (method === 'POST') return { status: 201, body: {} };
    if (path.includes('watch=true')) return { status: 200 };
    const items = path.includes('/configmaps')
      ? [POLICY]
      : path.startsWith(FLEETS)
        ? [aFleet({ configMap: 'policy-a' })]
        : [];
    if (method === 'PATCH') return { status: 200, body: {} };
    if (path === KUSTOMIZATION)
      return { status: 200, body: { status: { lastAttemptedRevision: 'main@sha1:1' } } };
    return { status: 200, body: { metadata: { resourceVersion: '1' }, items } };
  };
}

async function optionsFor(parts: Partial<ProcessOptions> = {}): Promise<ProcessOptions> {
  const kubeconfig = await writeKubeconfig(folder, server?.url ?? '');
  return {
    kubeconfig,
    namespace: 'smartscale',
    nodeFleet: 'production',
    leaseName: 'leader',
    ledger: { kind: 'kubernetes' },
    clusterName: 'test',
    port: 0,
    identity: 'replica-1',
    ...parts,
  };
}

/** What the process logs, and how to run it with a loop of the test's own. */
function processWith(loop: (ports: ControllerPorts, signal: AbortSignal) => Promise<void>) {
  const lines: Record<string, unknown>[] = [];
  const sink = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const parts = {
    clock: new SystemClock(),
    logger: pino({}, sink),
    cloud: readOnlyCloud({
      instances: async () => [],
      offerings: async () => [],
      consoleOutput: async () => undefined,
    }),
    telemetry: { utilization: async () => aUtilization() },
    loop,
  };
  return { parts, lines };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autoscaler-'));
  server = await RecordingApiServer.start(emptyCluster());
});

afterEach(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

describe('runAutoscaler', () => {
  it('leads, serves readiness, metrics and the page, and gives the lease back at the end', async () => {
    const stop = new AbortController();
    const seen: Record<string, unknown> = {};
    const { parts, lines } = processWith(async (ports, signal) => {
      await Promise.all([ports.cluster.synced(signal), ports.policySource.synced(signal)]);
      const document = ports.policySource.current();
      seen['policy'] = document;
      seen['leads'] = ports.leadership.isLeader();
      const url = `http://127.0.0.1:${String(lines[0]?.['port'])}`;
      for (const path of ['/readyz', '/healthz', '/', '/api/state'])
        seen[path] = (await fetch(url + path)).status;
      seen['metrics'] = await (await fetch(`${url}/metrics`)).text();
      const reason = { code: 'recovered' as const, text: 'a notice' };
      ports.reporter.report({
        kind: 'notice',
        severity: 'info',
        subject: { kind: 'fleet' },
        reason,
        atMs: 0,
      });
      if (document === undefined) throw new Error('no policy');
      const identity = { digest: 'sha256:1', revision: document.revision };
      const bounds = { minNodes: 2, maxNodes: 10 };
      ports.reporter.report({ kind: 'policy-accepted', document, identity, bounds, atMs: 0 });
      while (server?.made('PATCH').length === 0) await parts.clock.sleep(5);
      stop.abort();
    });
    expect(await runAutoscaler(await optionsFor(), parts, stop.signal)).toBe('stopped');
    const ok = { '/readyz': 200, '/healthz': 200, '/': 200, '/api/state': 200 };
    expect(seen).toMatchObject({
      policy: { text: 'nodes: { min: 2 }', revision: 'main@sha1:1' },
      leads: true,
      ...ok,
    });
    expect(seen['metrics']).toContain('smartscale_leader 1');
    expect(seen['metrics']).toContain('smartscale_watch_objects{kind="nodes"} 0');
    expect(seen['metrics']).toContain('smartscale_watch_objects{kind="nodefleets"} 1');
    expect(lines.map((line) => line['msg'])).toEqual(['started', 'leading', 'a notice', 'policy accepted']);
    const [answered] =
      server?.made('PATCH').filter(({ path }) => path.startsWith(`${FLEETS}/production/status`)) ?? [];
    expect(answered?.body).toMatchObject({ status: { policy: { accepted: { revision: 'main@sha1:1' } } } });
    const leases = server?.made('PUT').filter((call) => call.path.startsWith(LEASES)) ?? [];
    expect(leases.at(-1)?.body).toMatchObject({ spec: { holderIdentity: '' } });
    const events =
      server?.made('POST').filter(({ path }) => path.endsWith('/namespaces/smartscale/events')) ?? [];
    expect(events.map(({ body }) => (body as { involvedObject: unknown }).involvedObject)).toContainEqual({
      apiVersion: 'smartscale.dev/v1',
      kind: 'NodeFleet',
      namespace: 'smartscale',
      name: 'production',
      uid: 'fleet-uid',
    });
  });

  it('is not ready while NodeFleets cannot be listed, and says what is the matter', async () => {
    await server?.close();
    const answer = emptyCluster();
    server = await RecordingApiServer.start((call) =>
      call.path.startsWith(FLEETS) ? refusal(404, { message: 'the server could not find it' }) : answer(call),
    );
    const stop = new AbortController();
    const { parts, lines } = processWith(async () => {
      const url = `http://127.0.0.1:${String(lines[0]?.['port'])}/readyz`;
      let text = '';
      while (!text.includes('could not find')) text = await (await fetch(url)).text();
      expect(text).toContain(`${FLEETS}: 404`);
      stop.abort();
    });
    expect(await runAutoscaler(await optionsFor(), parts, stop.signal)).toBe('stopped');
  });

  it('takes the policy from a file when there is one', async () => {
    const policy = join(folder, 'policy.yaml');
    await writeFile(policy, 'nodes: { min: 3 }');
    const stop = new AbortController();
    let text: string | undefined;
    const { parts } = processWith(async (ports) => {
      text = ports.policySource.current()?.text;
      stop.abort();
    });
    expect(await runAutoscaler(await optionsFor({ policy }), parts, stop.signal)).toBe('stopped');
    expect(text).toBe('nodes: { min: 3 }');
    expect(server?.calls.filter(({ path }) => path.startsWith(FLEETS))).toEqual([]);
  });

  it('says what keeps it from starting: a port in use, a policy file or a kubeconfig that cannot be read', async () => {
    const { parts } = processWith(async () => undefined);
    const signal = new AbortController().signal;
    const port = Number(new URL(server?.url ?? '').port);
    await expect(runAutoscaler(await optionsFor({ port }), parts, signal)).rejects.toThrow(
      `port ${port} is in use`,
    );
    const policy = join(folder, 'none.yaml');
    await expect(runAutoscaler(await optionsFor({ policy }), parts, signal)).rejects.toThrow(
      'cannot be read',
    );
    const kubeconfig = join(folder, 'none');
    await expect(runAutoscaler(await optionsFor({ kubeconfig }), parts, signal)).rejects.toMatchObject({
      retry: 'configuration',
    });
  });
});

describe('runAutoscaler with its state in DynamoDB', () => {
  let dynalite: Dynalite;

  beforeEach(async () => {
    dynalite = await startDynalite();
  });

  afterEach(async () => {
    await dynalite.stop();
  });

  const inTable = (tableName: string) =>
    ({ kind: 'dynamodb', region: REGION, endpoint: dynalite.url, tableName, clusterName: 'test' }) as const;

  it('leads by the lock in the table, writes operations there, and leaves both to its successor', async () => {
    await createTable(dynalite.client, 'state');
    const tokens: number[] = [];
    const listed: (readonly string[])[] = [];
    for (const identity of ['replica-1', 'replica-2']) {
      const stop = new AbortController();
      const { parts } = processWith(async ({ ledger, leadership }, signal) => {
        listed.push((await ledger.list(signal)).map(({ id }) => id));
        tokens.push(leadership.fencingToken());
        await ledger.put(aLaunch({ id: `by-${identity}` }), leadership.fencingToken(), signal);
        stop.abort();
      });
      const options = await optionsFor({ identity, ledger: inTable('state') });
      expect(await runAutoscaler(options, parts, stop.signal)).toBe('stopped');
    }
    expect(listed).toEqual([[], ['by-replica-1']]);
    expect(tokens).toEqual([tokens[0], Number(tokens[0]) + 1]);
    expect(server?.calls.filter(({ path }) => path.startsWith(LEASES))).toEqual([]);
  });

  it('does not start without its table, and says how to make one', async () => {
    const { parts } = processWith(async () => undefined);
    const running = runAutoscaler(
      await optionsFor({ ledger: inTable('none') }),
      parts,
      new AbortController().signal,
    );
    await expect(running).rejects.toMatchObject({
      retry: 'configuration',
      message: expect.stringContaining('make it with bootstrap/, or name another with --table'),
    });
  });
});
