import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anonymousCredentials } from '../../../../src/adapters/kubernetes/client/kube-credentials.ts';
import { KubeTransport } from '../../../../src/adapters/kubernetes/client/kube-transport.ts';
import { KubernetesView } from '../../../../src/adapters/kubernetes/read/kubernetes-view.ts';
import type { Pod } from '../../../../src/model/pod.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { FakeApiServer, type FakeWatch } from '../fake-api-server.ts';
import { until } from '../until.ts';

function named(name: string, uid: string, more: object = {}) {
  return {
    name,
    namespace: 'shop',
    uid,
    resourceVersion: '1',
    creationTimestamp: '2026-11-24T09:00:00Z',
    ...more,
  };
}

const owned = (kind: string, name: string, uid: string) => ({
  ownerReferences: [{ kind, name, uid, controller: true }],
});
const claim = (claimName: string) => ({
  containers: [],
  volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }],
});

const webSet = (replicas: number) => ({
  metadata: named('web-rs', 'rs', owned('Deployment', 'web', 'd')),
  spec: { replicas },
});

const OBJECTS: Readonly<Record<string, readonly object[]>> = {
  nodes: [{ metadata: { name: 'n1', uid: 'n1' } }],
  pods: [
    { metadata: named('web-1', 'p1', owned('ReplicaSet', 'web-rs', 'rs')), spec: { containers: [] } },
    { metadata: named('db-0', 'p2', owned('StatefulSet', 'db', 'db')), spec: claim('data') },
    { metadata: named('job-x', 'p3', owned('Job', 'job', 'j')), spec: { containers: [] } },
    { metadata: named('bare', 'p4'), spec: claim('unbound') },
  ],
  replicasets: [webSet(2)],
  statefulsets: [{ metadata: named('db', 'db'), spec: { replicas: 1 } }],
  daemonsets: [{ metadata: named('logs', 'ds'), spec: { template: { spec: { containers: [] } } } }],
  poddisruptionbudgets: [
    { metadata: named('web', 'b'), spec: { selector: {} }, status: { disruptionsAllowed: 1 } },
  ],
  persistentvolumeclaims: [
    { metadata: named('data', 'c1'), spec: { volumeName: 'pv1' } },
    { metadata: named('unbound', 'c2'), spec: {} },
  ],
  persistentvolumes: [],
  namespaces: [{ metadata: { name: 'shop', uid: 'n', labels: { team: 'shop' } } }],
};

describe('KubernetesView', () => {
  let server: FakeApiServer;
  let transport: KubeTransport;
  let clock: ManualClock;
  let view: KubernetesView;
  let stop: AbortController;
  let running: Promise<void>;

  beforeEach(async () => {
    server = await FakeApiServer.start();
    server.answer = ({ path }) => ({
      body: { metadata: { resourceVersion: '1' }, items: OBJECTS[path.split('/').at(-1) ?? ''] ?? [] },
    });
    clock = new ManualClock();
    transport = new KubeTransport(anonymousCredentials(server.url), clock);
    view = new KubernetesView({ transport, clock, random: () => 0 });
    stop = new AbortController();
    running = view.run(stop.signal);
    await view.synced(stop.signal);
    await until(() => server.watches.length === 11);
  });

  afterEach(async () => {
    stop.abort();
    await running;
    transport.close();
    await server.close();
  });

  function watchOf(kind: string): FakeWatch {
    const paths = server.requests
      .filter(({ query }) => query.get('watch') === 'true')
      .map(({ path }) => path);
    const watch = server.watches[paths.findIndex((path) => path.endsWith(`/${kind}`))];
    if (watch === undefined) throw new Error(`${kind} are not watched`);
    return watch;
  }

  function pod(name: string): Pod | undefined {
    return view.view().pods.find((candidate) => candidate.name === name);
  }

  async function changed(change: () => void): Promise<void> {
    let calls = 0;
    const off = view.onChange(() => {
      calls += 1;
    });
    change();
    await until(() => calls > 0);
    off();
  }

  it('shows what has been listed', () => {
    const { nodes, budgets, daemons, pods } = view.view();
    expect(nodes.map(({ name }) => name)).toEqual(['n1']);
    expect(budgets).toMatchObject([{ name: 'web', disruptionsAllowed: 1 }]);
    expect(daemons.map(({ name }) => name)).toEqual(['shop/logs']);
    expect(pods).toHaveLength(4);
  });

  it('resolves owners to what a person knows', () => {
    expect(pod('web-1')?.owner).toEqual({ kind: 'Deployment', name: 'web', uid: 'd', replicas: 2 });
    expect(pod('db-0')?.owner).toMatchObject({ kind: 'StatefulSet', replicas: 1 });
    expect(pod('job-x')?.owner).toMatchObject({ kind: 'Job', replicas: undefined });
    expect(pod('bare')?.owner).toBeUndefined();
  });

  it('is the same object until something changes, and then only the parts that did', async () => {
    const before = view.view();
    expect(view.view()).toBe(before);
    await changed(() => watchOf('pods').send('DELETED', OBJECTS['pods']?.[3]));
    const after = view.view();
    expect(after).not.toBe(before);
    expect(after.nodes).toBe(before.nodes);
    expect(after.pods).toEqual(before.pods.slice(0, 3));
    expect(after.pods.every((one, index) => one === before.pods[index])).toBe(true);
  });

  it('follows the replicas of an owner', async () => {
    await changed(() => watchOf('replicasets').send('MODIFIED', webSet(5)));
    expect(pod('web-1')?.owner?.replicas).toBe(5);
  });

  it('follows the namespaces that an affinity chooses by their labels', async () => {
    const namespaceSelector = { matchLabels: { team: 'shop' } };
    const term = { topologyKey: 'zone', labelSelector: {}, namespaces: ['till'], namespaceSelector };
    const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
    const spec = { containers: [], affinity: { podAntiAffinity } };
    await changed(() => watchOf('pods').send('ADDED', { metadata: named('shy', 'p5'), spec }));
    expect(pod('shy')?.podAntiAffinity[0]?.namespaces).toEqual(['shop', 'till']);
    const more = { metadata: { name: 'shop-2', uid: 'n2', labels: { team: 'shop' } } };
    await changed(() => watchOf('namespaces').send('ADDED', more));
    expect(pod('shy')?.podAntiAffinity).toEqual([
      { topologyKey: 'zone', selector: [], namespaces: ['shop', 'shop-2', 'till'] },
    ]);
  });

  it('takes a bound volume for local until it has seen it', async () => {
    expect(pod('db-0')).toMatchObject({ hasLocalVolume: true, volumeNodes: [] });
    expect(pod('bare')).toMatchObject({ hasLocalVolume: false, volumeNodes: [] });
    const expression = { key: 'topology.kubernetes.io/zone', operator: 'In', values: ['a'] };
    const nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } };
    const volume = { metadata: { name: 'pv1', uid: 'pv1' }, spec: { nodeAffinity } };
    await changed(() => watchOf('persistentvolumes').send('ADDED', volume));
    expect(pod('db-0')).toMatchObject({ hasLocalVolume: false, volumeNodes: [[[expression]]] });
  });

  it('does not call back for a heartbeat', async () => {
    let calls = 0;
    view.onChange(() => {
      calls += 1;
    });
    const heartbeat = { type: 'MemoryPressure', status: 'False', lastHeartbeatTime: 'now' };
    const beaten = {
      metadata: { name: 'n1', uid: 'n1', resourceVersion: '9' },
      status: { conditions: [heartbeat] },
    };
    const before = view.view();
    watchOf('nodes').send('MODIFIED', beaten);
    watchOf('nodes').send('MODIFIED', { ...beaten, spec: { unschedulable: true } });
    await until(() => calls > 0);
    expect(calls).toBe(1);
    expect(view.view()).not.toBe(before);
  });

  it('names the stores that it has not heard of for long', async () => {
    clock.advance(1);
    for (const watch of server.watches) watch.send('BOOKMARK', { metadata: { resourceVersion: '8' } });
    await until(() => Object.values(view.stats()).every(({ lastEventAgeMs }) => lastEventAgeMs === 0));
    expect(view.staleStores()).toEqual([]);
    clock.advance(170_000);
    watchOf('nodes').send('BOOKMARK', { metadata: { resourceVersion: '9' } });
    await until(() => view.stats()['nodes']?.lastEventAgeMs === 0);
    server.refuseWatch = () => ({ status: 500 });
    clock.advance(150_000);
    await until(() => (view.stats()['pods']?.failures ?? 0) > 0);
    expect(view.staleStores()).not.toContain('nodes');
    expect(view.staleStores()).toHaveLength(10);
  });
});
