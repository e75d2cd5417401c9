import { afterEach, describe, expect, it } from '@jest/globals';
import { KubernetesCluster } from '../../../../src/adapters/kubernetes/write/kubernetes-cluster.ts';
import type { DisruptionBudget } from '../../../../src/model/disruption-budget.ts';
import { selectorOf } from '../../../../src/model/selector.ts';
import type { ClusterView } from '../../../../src/ports.ts';
import { aPod } from '../../../builders/pod.ts';
import { type Answer, type RecordedCall, RecordingApiServer, refusal } from '../recording-api-server.ts';

const signal = new AbortController().signal;
const MARK = { operationId: 'op-7', atMs: Date.parse('2026-11-24T10:00:00.000Z') };
const OUR_MARK = { 'smartscale.dev/cordoned-by': 'op-7@2026-11-24T10:00:00.000Z' };
const STARTUP = { key: 'smartscale.dev/startup', effect: 'NoSchedule' };

let server: RecordingApiServer | undefined;

async function clusterOf(
  answer: (call: RecordedCall) => Answer,
  budgets: readonly DisruptionBudget[] = [],
): Promise<KubernetesCluster> {
  server = await RecordingApiServer.start(answer);
  const view: ClusterView = { nodes: [], pods: [], budgets, daemons: [] };
  const reader = { synced: async () => undefined, view: () => view, onChange: () => () => undefined };
  return new KubernetesCluster(reader, server.transport);
}

/** A cluster whose one node has these fields; patches succeed. */
function clusterWithNode(node: { annotations?: object; spec?: object }): Promise<KubernetesCluster> {
  const metadata = { name: 'i-1', resourceVersion: '41', annotations: node.annotations };
  return clusterOf(() => ({ status: 200, body: { metadata, spec: node.spec } }));
}

function patches(): readonly unknown[] {
  return server?.made('PATCH').map((call) => call.body) ?? [];
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('KubernetesCluster cordon', () => {
  it('sets the cordon and our mark in one patch that holds for the version that was read', async () => {
    const cluster = await clusterWithNode({});
    expect(await cluster.cordon('i-1', MARK, signal)).toBe('done');
    expect(patches()).toEqual([
      { metadata: { resourceVersion: '41', annotations: OUR_MARK }, spec: { unschedulable: true } },
    ]);
    expect(server?.made('PATCH')[0]?.contentType).toBe('application/merge-patch+json');
  });

  it.each([
    [
      'writes nothing when the same operation cordoned it',
      { annotations: OUR_MARK, spec: { unschedulable: true } },
      0,
    ],
    ['writes nothing when a person cordoned it', { spec: { unschedulable: true } }, 0],
    ['cordons anew when a person took the cordon off our node', { annotations: OUR_MARK, spec: {} }, 1],
    [
      'takes over the mark of another operation',
      { annotations: { 'smartscale.dev/cordoned-by': 'op-1@x' }, spec: { unschedulable: true } },
      1,
    ],
  ])('%s', async (_title, node, count) => {
    const cluster = await clusterWithNode(node);
    expect(await cluster.cordon('i-1', MARK, signal)).toBe('done');
    expect(patches()).toHaveLength(count);
  });

  it('reads and patches again after a conflict', async () => {
    let version = 40;
    const cluster = await clusterOf(({ method }) => {
      if (method === 'GET') version += 1;
      if (method === 'PATCH' && version < 43) return refusal(409, { reason: 'Conflict' });
      return { status: 200, body: { metadata: { resourceVersion: String(version) } } };
    });
    expect(await cluster.cordon('i-1', MARK, signal)).toBe('done');
    expect(patches()).toHaveLength(3);
    expect(patches()[2]).toMatchObject({ metadata: { resourceVersion: '43' } });
  });

  it('gives up after a few conflicts with an error that may be retried', async () => {
    const cluster = await clusterOf(({ method }) =>
      method === 'PATCH' ? refusal(409) : { status: 200, body: { metadata: { resourceVersion: '1' } } },
    );
    await expect(cluster.cordon('i-1', MARK, signal)).rejects.toMatchObject({ retry: 'transient' });
    expect(patches()).toHaveLength(6);
  });

  it('says gone for a node that does not exist', async () => {
    const cluster = await clusterOf(() => refusal(404));
    expect(await cluster.cordon('i-1', MARK, signal)).toBe('gone');
    expect(await cluster.uncordon('i-1', 'op-7', signal)).toBe('gone');
    expect(await cluster.admitNode('i-1', signal)).toBe('gone');
    expect(await cluster.deleteNode('i-1', 'uid', signal)).toBe('gone');
  });

  it('throws what it cannot answer', async () => {
    const cluster = await clusterOf(() => refusal(403, { reason: 'Forbidden' }));
    await expect(cluster.cordon('i-1', MARK, signal)).rejects.toMatchObject({ retry: 'authorization' });
    await expect(cluster.deleteNode('i-1', 'uid', signal)).rejects.toMatchObject({ code: 'Forbidden' });
  });
});

describe('KubernetesCluster uncordon', () => {
  it('takes the cordon and the mark of the operation off', async () => {
    const cluster = await clusterWithNode({ annotations: OUR_MARK, spec: { unschedulable: true } });
    expect(await cluster.uncordon('i-1', 'op-7', signal)).toBe('done');
    expect(patches()).toEqual([
      {
        metadata: { resourceVersion: '41', annotations: { 'smartscale.dev/cordoned-by': null } },
        spec: { unschedulable: null },
      },
    ]);
  });

  it.each([
    ["leaves a person's cordon", { spec: { unschedulable: true } }, 'not-ours'],
    [
      'leaves the cordon of another operation',
      { annotations: { 'smartscale.dev/cordoned-by': 'op-1@x' } },
      'not-ours',
    ],
    ['has nothing to do on a node that is free', {}, 'done'],
  ])('%s', async (_title, node, answer) => {
    const cluster = await clusterWithNode(node);
    expect(await cluster.uncordon('i-1', 'op-7', signal)).toBe(answer);
    expect(patches()).toEqual([]);
  });
});

describe('KubernetesCluster admitNode and deleteNode', () => {
  it('takes only the startup taint off and leaves the fields of others as they were', async () => {
    const other = {
      key: 'node.kubernetes.io/not-ready',
      effect: 'NoExecute',
      timeAdded: '2026-11-24T10:00:00Z',
    };
    const cluster = await clusterWithNode({ spec: { taints: [STARTUP, other] } });
    expect(await cluster.admitNode('i-1', signal)).toBe('done');
    expect(patches()).toEqual([{ metadata: { resourceVersion: '41' }, spec: { taints: [other] } }]);
  });

  it('removes the list with its last taint, and writes nothing when there is no startup taint', async () => {
    const tainted = await clusterWithNode({ spec: { taints: [STARTUP] } });
    await tainted.admitNode('i-1', signal);
    expect(patches()).toEqual([{ metadata: { resourceVersion: '41' }, spec: { taints: null } }]);
    await server?.close();
    const free = await clusterWithNode({ spec: {} });
    expect(await free.admitNode('i-1', signal)).toBe('done');
    expect(patches()).toEqual([]);
  });

  it('deletes the node only if it has the uid that was seen', async () => {
    const cluster = await clusterOf(() => ({ status: 200, body: {} }));
    expect(await cluster.deleteNode('i-1', 'uid-1', signal)).toBe('done');
    expect(server?.calls).toMatchObject([
      { method: 'DELETE', path: '/api/v1/nodes/i-1', body: { preconditions: { uid: 'uid-1' } } },
    ]);
    await server?.close();
    const successor = await clusterOf(() => refusal(409, { reason: 'Conflict' }));
    expect(await successor.deleteNode('i-1', 'uid-1', signal)).toBe('gone');
  });
});

describe('KubernetesCluster evict', () => {
  const pod = aPod({ namespace: 'shop', name: 'web-1', uid: 'u1', graceSeconds: 30 });
  const budget = (name: string) => ({
    namespace: 'shop',
    name,
    selector: selectorOf({ app: 'web' }),
    disruptionsAllowed: 0,
  });
  const byBudget = {
    reason: 'TooManyRequests',
    details: {
      retryAfterSeconds: 10,
      causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget web-pdb needs 2 healthy pods' }],
    },
  };

  it("asks for the very pod that was seen, with the shorter of its own and the caller's grace period", async () => {
    const cluster = await clusterOf(() => ({ status: 201, body: {} }));
    expect(await cluster.evict(pod, 60, signal)).toEqual({ status: 'evicted' });
    expect(await cluster.evict(pod, 5, signal)).toEqual({ status: 'evicted' });
    expect(await cluster.evict(pod, 0, signal)).toEqual({ status: 'evicted' });
    expect(server?.calls[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/namespaces/shop/pods/web-1/eviction',
      body: { kind: 'Eviction', deleteOptions: { preconditions: { uid: 'u1' }, gracePeriodSeconds: 30 } },
    });
    expect(server?.calls.slice(1)).toMatchObject([
      { body: { deleteOptions: { gracePeriodSeconds: 5 } } },
      { body: { deleteOptions: { gracePeriodSeconds: 1 } } },
    ]);
  });

  it.each<[string, Answer, readonly DisruptionBudget[], object]>([
    [
      'is blocked by the budget that the answer names',
      refusal(429, byBudget),
      [],
      { status: 'blocked', budget: 'web-pdb', retryAfterMs: 10_000 },
    ],
    [
      'is blocked by the one budget that selects the pod',
      refusal(429, { ...byBudget, details: { causes: [{ reason: 'DisruptionBudget' }] } }),
      [budget('web')],
      { status: 'blocked', budget: 'web', retryAfterMs: undefined },
    ],
    [
      'is transient when the server pushes back',
      refusal(429, { reason: 'TooManyRequests' }),
      [],
      { status: 'transient' },
    ],
    [
      'is misconfigured when two budgets select the pod',
      refusal(500),
      [budget('web'), budget('all')],
      { status: 'misconfigured', message: 'budgets web and all both select the pod: leave only one of them' },
    ],
    [
      'is misconfigured when the server says so',
      refusal(500, { message: 'This pod has more than one PodDisruptionBudget, which is not supported.' }),
      [],
      { status: 'misconfigured' },
    ],
    [
      'is transient when the server fails',
      refusal(500, { reason: 'InternalError' }),
      [],
      { status: 'transient' },
    ],
    ['is gone when the pod is', refusal(404), [], { status: 'gone' }],
    ['is gone when another pod has its name', refusal(409, { reason: 'Conflict' }), [], { status: 'gone' }],
  ])('%s', async (_title, answer, budgets, outcome) => {
    const cluster = await clusterOf(() => answer, budgets);
    expect(await cluster.evict(pod, 60, signal)).toMatchObject(outcome);
  });

  it('is transient when no answer comes', async () => {
    const cluster = await clusterOf(() => ({ status: 201 }));
    await server?.close();
    expect(await cluster.evict(pod, 60, signal)).toMatchObject({ status: 'transient' });
  });
});

describe('KubernetesCluster surge', () => {
  const owner = { kind: 'Deployment', name: 'web', uid: 'd', replicas: 1, move: 'surge' as const };
  const pod = aPod({ namespace: 'shop', owner });

  it('changes nothing of the Deployment but an annotation of its pod template, the same for the same operation', async () => {
    const cluster = await clusterOf(() => ({ status: 200, body: {} }));
    expect(await cluster.surge(pod, 'op-7', signal)).toBe('begun');
    expect(patches()).toEqual([
      { spec: { template: { metadata: { annotations: { 'smartscale.dev/moved-by': 'op-7' } } } } },
    ]);
    expect(server?.made('PATCH')[0]?.path).toContain('/apis/apps/v1/namespaces/shop/deployments/web');
  });

  it('says when the right is missing, when there is no such Deployment, and asks for no other kind', async () => {
    for (const [status, answer] of [
      [403, 'forbidden'],
      [404, 'gone'],
    ] as const) {
      const cluster = await clusterOf(() => refusal(status, { reason: 'x' }));
      expect(await cluster.surge(pod, 'op-7', signal)).toBe(answer);
      await server?.close();
    }
    const cluster = await clusterOf(() => ({ status: 200, body: {} }));
    expect(await cluster.surge(aPod({ owner: { ...owner, kind: 'ReplicaSet' } }), 'op-7', signal)).toBe(
      'gone',
    );
    expect(patches()).toEqual([]);
  });
});
