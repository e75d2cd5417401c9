import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { type ProcessOptions, runAutoscaler } from '../../src/commands/autoscaler-process.ts';
import { readOnlyCloud } from '../../src/commands/read-only-ports.ts';
import type { ControllerPorts } from '../../src/controller.ts';
import {
  type Answer,
  type RecordedCall,
  RecordingApiServer,
  refusal,
} from '../adapters/kubernetes/recording-api-server.ts';
import { aUtilization } from '../builders/snapshot.ts';
import { writeKubeconfig } from './kubeconfig-file.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/smartscale/leases';
const POLICY = {
  metadata: { namespace: 'smartscale', name: 'policy', uid: 'u', resourceVersion: '1' },
  data: { 'policy.yaml': 'nodes: { min: 2 }' },
};

let server: RecordingApiServer | undefined;
let folder = '';

/** An empty cluster with a policy, whose lease is whatever was written last. */
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
    const items = path.includes('/configmaps') ? [POLICY] : [];
    return { status: 200, body: { metadata: { resourceVersion: '1' }, items } };
  };
}

async function optionsFor(parts: Partial<ProcessOptions> = {}): Promise<ProcessOptions> {
  const kubeconfig = await writeKubeconfig(folder, server?.url ?? '');
  return {
    kubeconfig,
    namespace: 'smartscale',
    policyConfigmap: 'policy',
    leaseName: 'leader',
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
      await ports.cluster.synced(signal);
      while (ports.policySource.current() === undefined) await parts.clock.sleep(5);
      seen['policy'] = ports.policySource.current()?.text;
      seen['leads'] = ports.leadership.isLeader();
      const url = `http://127.0.0.1:${String(lines[0]?.['port'])}`;
      for (const path of ['/readyz', '/healthz', '/', '/api/state'])
        seen[path] = (await fetch(url + path)).status;
      seen['metrics'] = await (await fetch(`${url}/metrics`)).text();
      const reason = { code: 'test', text: 'a notice' };
      ports.reporter.report({
        kind: 'notice',
        severity: 'info',
        subject: { kind: 'fleet' },
        reason,
        atMs: 0,
      });
      stop.abort();
    });
    expect(await runAutoscaler(await optionsFor(), parts, stop.signal)).toBe('stopped');
    const ok = { '/readyz': 200, '/healthz': 200, '/': 200, '/api/state': 200 };
    expect(seen).toMatchObject({ policy: 'nodes: { min: 2 }', leads: true, ...ok });
    expect(seen['metrics']).toContain('smartscale_leader 1');
    expect(seen['metrics']).toContain('smartscale_watch_objects{kind="nodes"} 0');
    expect(lines.map((line) => line['msg'])).toEqual(['started', 'leading', 'a notice']);
    const leases = server?.made('PUT').filter((call) => call.path.startsWith(LEASES)) ?? [];
    expect(leases.at(-1)?.body).toMatchObject({ spec: { holderIdentity: '' } });
    expect(server?.made('POST').some((call) => call.path.endsWith('/namespaces/smartscale/events'))).toBe(
      true,
    );
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
