import { describe, expect, it } from '@jest/globals';
import { formatCordonMark, parseCordonMark } from '../../../src/adapters/kubernetes/annotations.ts';
import { disruptionBudgetResource } from '../../../src/adapters/kubernetes/disruption-budget-resource.ts';
import type { KubeResource } from '../../../src/adapters/kubernetes/kube-resource.ts';
import { nodeResource } from '../../../src/adapters/kubernetes/node-resource.ts';
import { claimResource, volumeResource } from '../../../src/adapters/kubernetes/volume-resource.ts';
import {
  daemonSetResource,
  replicaSetResource,
  statefulSetResource,
} from '../../../src/adapters/kubernetes/workload-resource.ts';

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
    expect(budget).toEqual({ namespace: 'shop', name: 'x', selector, disruptionsAllowed: 2 });
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
    expect(project(daemonSetResource, { metadata: { namespace: 'kube-system' }, spec })).toEqual({
      name: 'kube-system/x',
      requests: { cpuMillis: 100, memoryMiB: 64, pods: 1 },
    });
  });

  it('leaves out a DaemonSet that keeps to the control plane', () => {
    const nodeSelector = { 'node-role.kubernetes.io/control-plane': 'true' };
    const spec = { template: { spec: { containers: [], nodeSelector } } };
    expect(project(daemonSetResource, { spec })).toBeUndefined();
  });
});

describe('the projection of volumes', () => {
  const affinity = (key: string, values: string[]) => ({
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] },
    },
  });

  const onNode = affinity('kubernetes.io/hostname', ['n1']);
  const labels = { 'topology.kubernetes.io/zone': 'b' };

  it.each([
    [
      'an EBS volume stays in its zone',
      { spec: affinity('topology.ebs.csi.aws.com/zone', ['a']) },
      ['a'],
      false,
    ],
    ['a local-path volume stays on its node', { spec: { hostPath: {}, ...onNode } }, ['n1'], true],
    ['a volume tied to a node is local', { spec: onNode }, ['n1'], true],
    ['a zone may stand in its labels', { metadata: { labels }, spec: {} }, ['b'], false],
    ['a network volume goes anywhere', { spec: { nfs: {} } }, [], false],
  ])('%s', (_, parts, places, isLocal) => {
    expect(project(volumeResource, parts)).toEqual({ places, isLocal });
  });

  it('knows which volume a claim is bound to', () => {
    expect(project(claimResource, { spec: { volumeName: 'pv1' } }).volumeName).toBe('pv1');
    expect(project(claimResource, { spec: { volumeName: '' } }).volumeName).toBeUndefined();
  });
});
