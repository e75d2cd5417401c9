import { describe, expect, it } from '@jest/globals';
import { formatCordonMark, parseCordonMark } from '../../../src/adapters/kubernetes/read/annotations.ts';
import { disruptionBudgetResource } from '../../../src/adapters/kubernetes/read/disruption-budget-resource.ts';
import { nodeResource } from '../../../src/adapters/kubernetes/read/node-resource.ts';
import { claimResource, volumeResource } from '../../../src/adapters/kubernetes/read/volume-resource.ts';
import {
  daemonSetResource,
  replicaSetResource,
  statefulSetResource,
} from '../../../src/adapters/kubernetes/read/workload-resource.ts';
import type { KubeResource } from '../../../src/adapters/kubernetes/watch/kube-resource.ts';
import { daemonsOn } from '../../../src/model/daemon-overhead.ts';

function project<T>(
  resource: KubeResource<T>,
  parts: { metadata?: object; spec?: object; status?: object },
): T {
  const raw = { ...parts, metadata: { name: 'x', uid: 'u', ...parts.metadata } };
  return resource.project(raw, { previous: undefined, isFirstList: true, nowMs: 0 });
}

describe('the projection of a node', () => {
  it('reads a worker on EC2', () => {
    const labels = {
      'topology.kubernetes.io/zone': 'eu-west-1a',
      'node.kubernetes.io/instance-type': 't3.small',
      'smartscale.dev/lifecycle': 'spot',
    };
    const node = project(nodeResource, {
      metadata: {
        labels,
        creationTimestamp: '2026-11-24T10:00:00Z',
        annotations: {
          'smartscale.dev/cordoned-by': 'op-7@2026-11-24T10:05:00.123Z',
          'karpenter.sh/do-not-disrupt': 'true',
        },
      },
      spec: {
        providerID: 'aws:///eu-west-1a/i-0123456789abcdef0',
        unschedulable: true,
        taints: [{ key: 'smartscale.dev/startup', effect: 'NoSchedule' }],
      },
      status: {
        allocatable: { cpu: '1900m', memory: '1400Mi', pods: '110', 'ephemeral-storage': '20Gi' },
        conditions: [
          { type: 'MemoryPressure', status: 'False' },
          {
            type: 'Ready',
            status: 'True',
            lastTransitionTime: '2026-11-24T10:01:00Z',
            lastHeartbeatTime: 'soon',
          },
        ],
      },
    });
    expect(node).toEqual({
      name: 'x',
      uid: 'u',
      instanceId: 'i-0123456789abcdef0',
      zone: 'eu-west-1a',
      type: 't3.small',
      lifecycle: 'spot',
      labels,
      taints: [{ key: 'smartscale.dev/startup', value: '', effect: 'NoSchedule' }],
      allocatable: { cpuMillis: 1900, memoryMiB: 1400, pods: 110, extended: { 'ephemeral-storage': 20_480 } },
      isReady: true,
      readyChangedAtMs: Date.parse('2026-11-24T10:01:00Z'),
      isUnschedulable: true,
      isControlPlane: false,
      doNotDisrupt: true,
      cordonedBy: { operationId: 'op-7', atMs: Date.parse('2026-11-24T10:05:00.123Z') },
      createdAtMs: Date.parse('2026-11-24T10:00:00Z'),
    });
  });

  it('knows what a bare node does not say', () => {
    const labels = { 'node-role.kubernetes.io/control-plane': 'true' };
    const node = project(nodeResource, { metadata: { labels }, spec: { providerID: 'k3s://x' } });
    expect(node).toMatchObject({ isControlPlane: true, isReady: false, doNotDisrupt: false, createdAtMs: 0 });
    const unknown = [
      node.instanceId,
      node.zone,
      node.type,
      node.lifecycle,
      node.readyChangedAtMs,
      node.cordonedBy,
    ];
    expect(unknown).toEqual(unknown.map(() => undefined));
  });

  it.each([
    ['karpenter.sh/capacity-type', 'on-demand', 'on-demand'],
    ['node.kubernetes.io/lifecycle', 'normal', 'on-demand'],
    ['node.kubernetes.io/lifecycle', 'Spot', 'spot'],
    ['smartscale.dev/lifecycle', 'reserved', undefined],
  ])('reads the lifecycle from %s=%s', (label, value, lifecycle) => {
    expect(project(nodeResource, { metadata: { labels: { [label]: value } } }).lifecycle).toBe(lifecycle);
  });
});

describe('a cordon mark', () => {
  it('survives being written and read', () => {
    const mark = { operationId: 'op@1', atMs: 1_764_000_000_123 };
    expect(parseCordonMark(formatCordonMark(mark))).toEqual(mark);
  });

  it.each(['op', 'op@yesterday'])('is not lost when its time cannot be read: %s', (value) => {
    expect(parseCordonMark(value)).toEqual({ operationId: 'op', atMs: 0 });
  });
});

describe('the projection of a disruption budget', () => {
  it.each([
    ['an empty selector selects everything', { selector: {} }, []],
    [
      'labels and expressions all hold',
      { selector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'Exists' }] } },
      [
        { key: 'a', operator: 'In', values: ['b'] },
        { key: 'c', operator: 'Exists', values: [] },
      ],
    ],
    ['no selector selects nothing', {}, [{ key: 'kubernetes.io/hostname', operator: 'In', values: [] }]],
  ])('%s', (_, spec, selector) => {
    const metadata = { namespace: 'shop' };
    const budget = project(disruptionBudgetResource, { metadata, spec, status: { disruptionsAllowed: 2 } });
    expect(budget).toMatchObject({ namespace: 'shop', name: 'x', selector, disruptionsAllowed: 2 });
  });

  it('tells what it asks of unready pods, and whether enough are healthy', () => {
    const metadata = { namespace: 'shop' };
    const of = (spec: object, currentHealthy: number, desiredHealthy: number) =>
      project(disruptionBudgetResource, { metadata, spec, status: { currentHealthy, desiredHealthy } });
    expect(of({}, 3, 3)).toMatchObject({ unhealthyPods: 'IfHealthyBudget', isHealthy: true });
    expect(of({}, 2, 3)).toMatchObject({ isHealthy: false });
    expect(of({}, 0, 0)).toMatchObject({ isHealthy: false });
    expect(of({ unhealthyPodEvictionPolicy: 'AlwaysAllow' }, 0, 1)).toMatchObject({
      unhealthyPods: 'AlwaysAllow',
    });
  });

  it('allows nothing before its controller has looked at it', () => {
    expect(project(disruptionBudgetResource, {}).disruptionsAllowed).toBe(0);
  });
});

describe('the projection of workloads', () => {
  const deployment = { kind: 'Deployment', name: 'web', uid: 'd', controller: true };

  it('lets a ReplicaSet stand for its Deployment, with the replicas that the Deployment wants', () => {
    const annotations = { 'deployment.kubernetes.io/desired-replicas': '3' };
    const metadata = { ownerReferences: [deployment], annotations };
    expect(project(replicaSetResource, { metadata, spec: { replicas: 1 } })).toEqual({
      uid: 'u',
      owner: { kind: 'Deployment', name: 'web', uid: 'd', replicas: 3 },
    });
  });

  it('takes from a ReplicaSet how its Deployment allows a single replica to be moved', () => {
    const moves = ['surge', 'evict', 'somehow'].map((move) => {
      const metadata = { name: 'web-1', uid: 'rs', annotations: { 'smartscale.dev/move': move } };
      return project(replicaSetResource, { metadata, spec: { replicas: 1 } }).owner.move;
    });
    expect(moves).toEqual(['surge', 'evict', undefined]);
  });

  it('counts the replicas of a ReplicaSet whose Deployment says nothing, or that has none', () => {
    const owned = project(replicaSetResource, {
      metadata: { ownerReferences: [deployment] },
      spec: { replicas: 2 },
    });
    expect(owned.owner).toMatchObject({ kind: 'Deployment', replicas: 2 });
    expect(project(replicaSetResource, { spec: {} }).owner).toMatchObject({
      kind: 'ReplicaSet',
      replicas: 1,
    });
    expect(project(statefulSetResource, { spec: {} }).owner).toMatchObject({
      kind: 'StatefulSet',
      replicas: 1,
    });
  });

  it('adds up what a DaemonSet takes of each node', () => {
    const containers = [{ resources: { requests: { cpu: '100m', memory: '64Mi' } } }];
    const spec = { template: { spec: { containers } } };
    expect(project(daemonSetResource, { metadata: { namespace: 'kube-system' }, spec })).toMatchObject({
      name: 'kube-system/x',
      namespace: 'kube-system',
      requests: { cpuMillis: 100, memoryMiB: 64, pods: 1 },
    });
  });

  it('reads of a DaemonSet what the API server would fill in its pods', () => {
    const ports = [{ containerPort: 9100 }];
    const limits = { cpu: '1', memory: '1Gi' };
    const template = {
      metadata: { labels: { daemon: 'x' } },
      spec: {
        hostNetwork: true,
        nodeSelector: { disk: 'ssd' },
        tolerations: [{ operator: 'Exists' }],
        containers: [{ ports, resources: { limits, requests: { memory: '64Mi' } } }],
      },
    };
    expect(project(daemonSetResource, { spec: { template } })).toMatchObject({
      labels: { daemon: 'x' },
      requests: { cpuMillis: 1000, memoryMiB: 64, pods: 1 },
      hostPorts: ['9100/TCP'],
      nodeSelector: [{ key: 'disk', operator: 'In', values: ['ssd'] }],
      tolerations: expect.arrayContaining([{ operator: 'Exists' }]),
    });
  });

  it('keeps a DaemonSet off nodes that its template does not want, but not for trouble of the node', () => {
    const labels = { role: 'web' };
    const spec = { template: { spec: { containers: [], nodeSelector: labels } } };
    const daemons = [project(daemonSetResource, { spec })];
    const taint = (key: string) => [{ key, value: '', effect: 'NoSchedule' as const }];
    expect(daemonsOn(daemons, { labels: {}, taints: [] })).toEqual([]);
    expect(daemonsOn(daemons, { labels, taints: [] })).toEqual(daemons);
    expect(daemonsOn(daemons, { labels, taints: taint('gpu') })).toEqual([]);
    expect(daemonsOn(daemons, { labels, taints: taint('node.kubernetes.io/disk-pressure') })).toEqual(
      daemons,
    );
  });
});

describe('the projection of volumes', () => {
  const ZONE = 'topology.kubernetes.io/zone';
  const HOST = 'kubernetes.io/hostname';
  const oneOf = (key: string, ...values: string[]) => ({ key, operator: 'In', values });
  const affinity = (...terms: object[]) => ({ nodeAffinity: { required: { nodeSelectorTerms: terms } } });
  const labels = { [ZONE]: 'a__b', 'failure-domain.beta.kubernetes.io/region': 'r' };
  const onNode = affinity({ matchExpressions: [oneOf(HOST, 'n1')] });

  it.each([
    [
      'an EBS volume stays in its zone',
      { spec: affinity({ matchExpressions: [oneOf('topology.ebs.csi.aws.com/zone', 'a')] }) },
      [[[oneOf(ZONE, 'a')]]],
      false,
    ],
    [
      'a local-path volume stays on its node',
      { spec: { hostPath: {}, ...onNode } },
      [[[oneOf(HOST, 'n1')]]],
      true,
    ],
    [
      'a volume tied to a node by name is local',
      { spec: affinity({ matchFields: [oneOf('metadata.name', 'n1')] }) },
      [[[oneOf(HOST, 'n1')]]],
      true,
    ],
    [
      'of several terms one must hold, an empty one never does',
      {
        spec: affinity(
          { matchExpressions: [oneOf(ZONE, 'a'), oneOf('rack', '1')] },
          {},
          { matchExpressions: [oneOf(ZONE, 'b')] },
        ),
      },
      [[[oneOf(ZONE, 'a'), oneOf('rack', '1')], [oneOf(ZONE, 'b')]]],
      false,
    ],
    [
      'its labels must hold beside its affinity',
      { metadata: { labels }, spec: onNode },
      [[[oneOf(HOST, 'n1')]], [[oneOf(ZONE, 'a', 'b'), oneOf('topology.kubernetes.io/region', 'r')]]],
      true,
    ],
    ['a network volume goes anywhere', { spec: { nfs: {} } }, [], false],
  ])('%s', (_, parts, nodes, isLocal) => {
    expect(project(volumeResource, parts)).toEqual({ nodes, isLocal });
  });

  it('knows which volume a claim is bound to', () => {
    expect(project(claimResource, { spec: { volumeName: 'pv1' } }).volumeName).toBe('pv1');
    expect(project(claimResource, { spec: { volumeName: '' } }).volumeName).toBeUndefined();
  });
});
