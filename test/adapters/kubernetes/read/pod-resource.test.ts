import { describe, expect, it } from '@jest/globals';
import { type PodRecord, podResource } from '../../../../src/adapters/kubernetes/read/pod-resource.ts';
import type { RawObject } from '../../../../src/adapters/kubernetes/watch/kube-resource.ts';
import { selects } from '../../../../src/model/selector.ts';

const NOW_MS = Date.parse('2026-11-24T10:00:00.345Z');
const CREATED = '2026-11-24T09:59:00Z';

interface Parts {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}

function rawPod(parts: Parts = {}): RawObject {
  const raw = {
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      uid: 'u1',
      resourceVersion: '1',
      creationTimestamp: CREATED,
      ...parts.metadata,
    },
    spec: { containers: [{ name: 'web', env: [{ name: 'A' }] }], ...parts.spec },
    status: { phase: 'Running', ...parts.status },
  };
  return raw;
}

function project(
  parts: Parts,
  context: { previous?: PodRecord; isFirstList?: boolean; nowMs?: number } = {},
) {
  return podResource().project(rawPod(parts), {
    previous: context.previous,
    isFirstList: context.isFirstList ?? false,
    nowMs: context.nowMs ?? NOW_MS,
  });
}

function requesting(cpu: string, more: object = {}) {
  return { ...more, resources: { requests: { cpu } } };
}

describe('the requests of a pod', () => {
  it.each([
    ['containers add up', { containers: [requesting('100m'), requesting('200m')] }, 300],
    [
      'the largest init container counts when it is larger',
      { containers: [requesting('100m')], initContainers: [requesting('1'), requesting('500m')] },
      1000,
    ],
    [
      'sidecars count with the containers',
      { containers: [requesting('100m')], initContainers: [requesting('50m', { restartPolicy: 'Always' })] },
      150,
    ],
    [
      'an init container counts with the sidecars before it, not after it',
      {
        containers: [requesting('10m')],
        initContainers: [
          requesting('50m', { restartPolicy: 'Always' }),
          requesting('500m'),
          requesting('70m', { restartPolicy: 'Always' }),
        ],
      },
      550,
    ],
    ['overhead comes on top', { containers: [requesting('100m')], overhead: { cpu: '25m' } }, 125],
    [
      'a request of the pod as a whole takes the place of its containers',
      { containers: [requesting('100m')], resources: { requests: { cpu: '1', 'example.com/fpga': '1' } } },
      1000,
    ],
    ['a pod without requests asks for no CPU', { containers: [{}] }, 0],
  ])('%s', (_, spec, cpuMillis) => {
    expect(project({ spec }).pod.requests).toMatchObject({ cpuMillis, pods: 1 });
  });

  it('count every extended resource, ephemeral storage in MiB', () => {
    const requests = { memory: '64Mi', 'nvidia.com/gpu': '2', 'ephemeral-storage': '1Gi' };
    const container = { resources: { requests } };
    const init = { resources: { requests: { 'nvidia.com/gpu': '3' } } };
    const { pod } = project({
      spec: {
        containers: [container, container],
        initContainers: [init],
        resources: { requests: { memory: '1Gi', 'hugepages-2Mi': '4Mi' } },
      },
    });
    expect(pod.requests).toEqual({
      cpuMillis: 0,
      memoryMiB: 1024,
      pods: 1,
      extended: { 'nvidia.com/gpu': 4, 'ephemeral-storage': 2048, 'hugepages-2Mi': 4 * 2 ** 20 },
    });
  });
});

describe('the constraints of a pod', () => {
  const nodeAffinity = (...nodeSelectorTerms: object[]) => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
  const zoneA = { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] };
  const gpu = { matchExpressions: [{ key: 'gpu', operator: 'Exists' }] };
  const IN_A = { key: 'zone', operator: 'In', values: ['a'] };

  it('merge its node selector with a single term of node affinity', () => {
    const { pod } = project({
      spec: { containers: [], nodeSelector: { disk: 'ssd' }, ...nodeAffinity(zoneA) },
    });
    expect(pod.nodeSelector).toEqual([{ key: 'disk', operator: 'In', values: ['ssd'] }, IN_A]);
    expect(pod.nodeAffinityTerms).toEqual([]);
  });

  it('keep several terms as alternatives, without the empty ones', () => {
    const { pod } = project({ spec: { containers: [], ...nodeAffinity(zoneA, {}, gpu) } });
    expect(pod.nodeSelector).toEqual([]);
    expect(pod.nodeAffinityTerms).toEqual([[IN_A], [{ key: 'gpu', operator: 'Exists', values: [] }]]);
  });

  it('let nothing match when all terms are empty', () => {
    const { pod } = project({ spec: { containers: [], ...nodeAffinity({}) } });
    expect(pod.nodeSelector).toMatchObject([{ operator: 'In', values: [] }]);
  });

  it('read a node name among the fields as the host name', () => {
    const field = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] };
    const { pod } = project({ spec: { containers: [], ...nodeAffinity(field) } });
    expect(pod.nodeSelector).toEqual([{ key: 'kubernetes.io/hostname', operator: 'In', values: ['n1'] }]);
  });

  it('name the namespaces of affinity and anti-affinity', () => {
    const term = (more: object) => ({
      topologyKey: 'zone',
      labelSelector: { matchLabels: { app: 'db' } },
      ...more,
    });
    const required = (...terms: object[]) => ({ requiredDuringSchedulingIgnoredDuringExecution: terms });
    const { pod } = project({
      spec: {
        containers: [],
        affinity: {
          podAffinity: required(term({}), term({ namespaces: ['data'] })),
          podAntiAffinity: required(term({ namespaceSelector: {} }), { topologyKey: 'zone' }),
        },
      },
    });
    expect(pod.podAffinity.map(({ namespaces }) => namespaces)).toEqual([['shop'], ['data']]);
    expect(pod.podAntiAffinity[0]).toEqual({
      topologyKey: 'zone',
      selector: [{ key: 'app', operator: 'In', values: ['db'] }],
      namespaces: ['*'],
    });
    expect(pod.podAntiAffinity[1]?.selector).toMatchObject([{ operator: 'In', values: [] }]);
  });

  it('let a spread constraint whose selector asks for nothing count nobody', () => {
    const constraint = {
      topologyKey: 'zone',
      maxSkew: 1,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: {},
    };
    const { pod } = project({ spec: { containers: [], topologySpreadConstraints: [constraint] } });
    expect(pod.topologySpread.map(({ selector }) => selects(selector, {}))).toEqual([false]);
  });

  it('keep what is only preferred, with its weight, negative for what is avoided', () => {
    const term = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'db' } } };
    const { pod } = project({
      spec: {
        containers: [],
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 7,
                preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] },
              },
              { weight: 8, preference: {} },
            ],
          },
          podAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }],
          },
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 6, podAffinityTerm: term }],
          },
        },
      },
    });
    expect(pod.preferredNodes).toEqual([
      { weight: 7, selector: [{ key: 'disk', operator: 'In', values: ['ssd'] }] },
    ]);
    expect(pod.preferredPods.map(({ weight }) => weight)).toEqual([5, -6]);
    expect(pod.podAffinity).toEqual([]);
  });

  it('keep what a spread constraint says of domains and of the nodes that count', () => {
    const says = { minDomains: 3, nodeAffinityPolicy: 'Ignore', nodeTaintsPolicy: 'Honor' };
    const constraint = {
      topologyKey: 'zone',
      maxSkew: 1,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
      ...says,
    };
    const { pod } = project({ spec: { containers: [], topologySpreadConstraints: [constraint] } });
    expect(pod.topologySpread).toMatchObject([says]);
  });

  it('give spread constraints the values of the labels that they name', () => {
    const { pod } = project({
      metadata: { labels: { app: 'web', hash: 'h1' } },
      spec: {
        containers: [],
        topologySpreadConstraints: [
          {
            topologyKey: 'zone',
            maxSkew: 1,
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
            matchLabelKeys: ['hash', 'absent'],
          },
        ],
      },
    });
    expect(pod.topologySpread).toEqual([
      {
        topologyKey: 'zone',
        maxSkew: 1,
        whenUnsatisfiable: 'DoNotSchedule',
        selector: [
          { key: 'app', operator: 'In', values: ['web'] },
          { key: 'hash', operator: 'In', values: ['h1'] },
        ],
      },
    ]);
  });

  it('complete tolerations and list host ports', () => {
    const ports = [
      { containerPort: 80, hostPort: 8080 },
      { containerPort: 53, hostPort: 53, protocol: 'UDP' },
      {},
    ];
    const { pod } = project({
      spec: {
        containers: [{ ports }],
        tolerations: [
          { key: 'a', value: 'b', effect: 'NoSchedule' },
          { operator: 'Exists', tolerationSeconds: 3 },
        ],
      },
    });
    expect(pod.tolerations).toEqual([
      { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' },
      { operator: 'Exists' },
    ]);
    expect(pod.hostPorts).toEqual(['8080/TCP', '53/UDP']);
  });

  it('holds the ports of sidecars, not of what has ended, and every port on the host network', () => {
    const one = (hostPort: number, more = {}) => ({ ports: [{ hostPort, containerPort: 1 }], ...more });
    const initContainers = [one(1000), one(2000, { restartPolicy: 'Always' })];
    expect(project({ spec: { initContainers, containers: [one(3000)] } }).pod.hostPorts).toEqual([
      '2000/TCP',
      '3000/TCP',
    ]);
    const containers = [{ ports: [{ containerPort: 7000 }] }];
    expect(project({ spec: { containers, hostNetwork: true } }).pod.hostPorts).toEqual(['7000/TCP']);
    expect(project({ spec: { containers } }).pod.hostPorts).toEqual([]);
  });

  it('requests its limits where it states nothing else', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { memory: '64Mi' } };
    const { requests } = project({ spec: { containers: [{ resources }] } }).pod;
    expect(requests).toEqual({ cpuMillis: 1000, memoryMiB: 64, pods: 1 });
  });
});

describe('since when a pod is unschedulable', () => {
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    lastTransitionTime: '2026-11-24T09:59:30Z',
  };
  const pending = { status: { phase: 'Pending', conditions: [condition] } };

  it('is when we first saw it, to the millisecond', () => {
    expect(project(pending).pod.unschedulableSinceMs).toBe(NOW_MS);
  });

  it('comes with what the scheduler says, without what it says of preemption, and with nothing where it is silent', () => {
    const message =
      '0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: no victims.';
    const saying = { status: { phase: 'Pending', conditions: [{ ...condition, message }] } };
    expect(project(saying).pod.schedulerMessage).toBe('0/3 nodes are available: 3 Insufficient memory.');
    expect(project(pending).pod).not.toHaveProperty('schedulerMessage');
  });

  it('is what the condition says when it was so at our start', () => {
    expect(project(pending, { isFirstList: true }).pod.unschedulableSinceMs).toBe(
      Date.parse('2026-11-24T09:59:30Z'),
    );
  });

  it('stays what it was when the pod is seen again', () => {
    const previous = project(pending);
    expect(project(pending, { previous, nowMs: NOW_MS + 5000 }).pod.unschedulableSinceMs).toBe(NOW_MS);
  });

  it('is never before the creation', () => {
    expect(project(pending, { nowMs: 1 }).pod.unschedulableSinceMs).toBe(Date.parse(CREATED));
  });

  it.each([
    ['scheduled', { ...condition, status: 'True' }],
    ['gated', { ...condition, reason: 'SchedulingGated' }],
  ])('is unknown for a pod that is %s', (_, other) => {
    expect(project({ status: { conditions: [other] } }).pod.unschedulableSinceMs).toBeUndefined();
  });
});

describe('the rest of a pod', () => {
  it('is read from its metadata and spec', () => {
    const { pod, claims } = project({
      metadata: {
        deletionTimestamp: '2026-11-24T10:00:30Z',
        deletionGracePeriodSeconds: 30,
        annotations: { 'kubernetes.io/config.mirror': 'x' },
        ownerReferences: [
          { kind: 'Other', name: 'o', uid: 'o' },
          { kind: 'ReplicaSet', name: 'web-rs', uid: 'rs1', controller: true },
        ],
      },
      spec: {
        containers: [],
        nodeName: 'n1',
        priority: 1000,
        terminationGracePeriodSeconds: 45,
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
          { name: 'scratch', ephemeral: {} },
          { name: 'config', configMap: {} },
        ],
      },
    });
    expect(pod).toMatchObject({
      nodeName: 'n1',
      priority: 1000,
      graceSeconds: 45,
      isMirror: true,
      deletionRequestedAtMs: Date.parse('2026-11-24T10:00:00Z'),
      owner: { kind: 'ReplicaSet', name: 'web-rs', uid: 'rs1', replicas: undefined },
    });
    expect(claims).toEqual(['shop/data', 'shop/web-1-scratch']);
    expect(JSON.stringify(pod)).not.toContain('env');
  });

  it.each([
    ['smartscale.dev/do-not-disrupt', 'true', 'never'],
    ['karpenter.sh/do-not-disrupt', 'true', 'never'],
    ['cluster-autoscaler.kubernetes.io/safe-to-evict', 'false', 'never'],
    ['cluster-autoscaler.kubernetes.io/safe-to-evict', 'true', 'always'],
    ['smartscale.dev/do-not-disrupt', 'false', 'unset'],
  ])('with the annotation %s=%s may be disrupted: %s', (name, value, disruption) => {
    expect(project({ metadata: { annotations: { [name]: value } } }).pod.disruption).toBe(disruption);
  });

  it('is shared between the replicas of a workload', () => {
    const resource = podResource();
    const context = { previous: undefined, isFirstList: true, nowMs: NOW_MS };
    const [a, b] = ['a', 'b'].map(
      (name) => resource.project(rawPod({ metadata: { name, labels: { app: 'web' } } }), context).pod,
    );
    expect(a?.labels).toBe(b?.labels);
    expect(a?.requests).toBe(b?.requests);
    expect(a?.tolerations).toBe(b?.tolerations);
  });
});
