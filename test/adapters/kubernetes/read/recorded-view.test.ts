import { describe, expect, it } from '@jest/globals';
import { type RecordedObject, recordedView } from '../../../../src/adapters/kubernetes/read.ts';
import type { Node } from '../../../../src/model/node.ts';
import type { Pod } from '../../../../src/model/pod.ts';

const NOW = { now: () => Date.parse('2026-03-01T12:00:00Z') };
const ATTACHMENTS = 'attachable-volumes-csi-ebs.csi.aws.com';

const object = (kind: string, name: string, parts: object = {}) =>
  ({ kind, metadata: { name, uid: `${kind}/${name}`, namespace: 'shop' }, ...parts }) as RecordedObject;
const cluster = (kind: string, name: string, parts: object = {}) =>
  ({ kind, metadata: { name, uid: `${kind}/${name}` }, ...parts }) as RecordedObject;

const container = (cpu: string) => ({ name: 'c', resources: { requests: { cpu } } });
const withClaim = (claimName: string) => ({
  spec: { containers: [container('100m')], volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] },
});

function podIn(objects: readonly RecordedObject[]): Pod {
  const [pod] = recordedView(objects, NOW).view.pods;
  if (pod === undefined) throw new Error('no pod');
  return pod;
}

describe('recordedView', () => {
  it('counts the kinds that deciding does not look at', () => {
    const { view, ignored } = recordedView([object('Service', 'a'), object('Service', 'b')], NOW);
    expect([...ignored]).toEqual([['Service', 2]]);
    expect(view.pods).toEqual([]);
  });

  it('names an object that cannot be read', () => {
    expect(() => recordedView([object('Pod', 'broken')], NOW)).toThrow('the Pod shop/broken is not');
  });

  it('keeps a pod from every node while a claim that it names does not exist', () => {
    const pod = podIn([object('Pod', 'db', withClaim('data'))]);
    expect(pod.blockedBy).toEqual({
      code: 'pod-waits-for-claim',
      why: 'its claim shop/data does not exist',
    });
  });

  it('keeps a pod from every node while a claim is unbound whose class does not wait for pods', () => {
    const unbound = object('PersistentVolumeClaim', 'data', { spec: { storageClassName: 'fast' } });
    const mode = (volumeBindingMode: string) =>
      cluster('StorageClass', 'fast', { provisioner: 'ebs.csi.aws.com', volumeBindingMode });
    const pod = object('Pod', 'db', withClaim('data'));
    expect(podIn([pod, unbound, mode('Immediate')]).blockedBy?.why).toContain('is not bound');
    expect(podIn([pod, unbound]).blockedBy?.why).toContain('is not bound');
    expect(podIn([pod, unbound, mode('WaitForFirstConsumer')]).blockedBy).toBeUndefined();
  });

  it('places the pod of a claim that waits for it where the class may make its volume', () => {
    const zones = { key: 'topology.ebs.csi.aws.com/zone', values: ['ap-southeast-1b'] };
    const pod = podIn([
      object('Pod', 'db', withClaim('data')),
      object('PersistentVolumeClaim', 'data', { spec: { storageClassName: 'b' } }),
      cluster('StorageClass', 'b', {
        provisioner: 'ebs.csi.aws.com',
        volumeBindingMode: 'WaitForFirstConsumer',
        allowedTopologies: [{ matchLabelExpressions: [zones] }],
      }),
    ]);
    expect(pod.volumeNodes).toEqual([
      [[{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['ap-southeast-1b'] }]],
    ]);
  });

  it('counts the volumes of a driver against what each node may attach', () => {
    const csi = { spec: { csi: { driver: 'ebs.csi.aws.com' } } };
    const { view } = recordedView(
      [
        cluster('Node', 'n1'),
        cluster('Node', 'n2'),
        cluster('CSINode', 'n1', {
          spec: { drivers: [{ name: 'ebs.csi.aws.com', allocatable: { count: 26 } }] },
        }),
        object('Pod', 'db', withClaim('data')),
        object('PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv' } }),
        cluster('PersistentVolume', 'pv', csi),
      ],
      NOW,
    );
    expect(view.pods[0]?.requests.extended).toEqual({ [ATTACHMENTS]: 1 });
    const limitOf = (node: Node | undefined) => node?.allocatable.extended?.[ATTACHMENTS];
    expect(limitOf(view.nodes[0])).toBe(26);
    expect(limitOf(view.nodes[1])).toBeGreaterThan(1000);
  });

  it('counts no volumes where no node limits them', () => {
    const pod = podIn([
      object('Pod', 'db', withClaim('data')),
      object('PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv' } }),
      cluster('PersistentVolume', 'pv', { spec: { csi: { driver: 'ebs.csi.aws.com' } } }),
    ]);
    expect(pod.requests.extended).toBeUndefined();
  });

  it('counts the larger of what a pod asks for and what it still has while it is resized', () => {
    const resized = (conditions: readonly object[]) =>
      podIn([
        object('Pod', 'java', {
          spec: { nodeName: 'n', containers: [container('100m')] },
          status: {
            conditions,
            containerStatuses: [{ name: 'c', allocatedResources: { cpu: '1800m' } }],
          },
        }),
      ]).requests.cpuMillis;
    expect(resized([])).toBe(1800);
  });

  it('counts what is allocated alone where a resize is infeasible', () => {
    const pod = podIn([
      object('Pod', 'java', {
        spec: { nodeName: 'n', containers: [container('9')] },
        status: {
          conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }],
          containerStatuses: [{ name: 'c', resources: { requests: { cpu: '500m' } } }],
        },
      }),
    ]);
    expect(pod.requests.cpuMillis).toBe(500);
  });

  it('knows the node on which the scheduler preempts for a pod', () => {
    const pod = podIn([
      object('Pod', 'high', {
        spec: { containers: [container('1')] },
        status: { nominatedNodeName: 'n-a' },
      }),
    ]);
    expect(pod.nominatedNodeName).toBe('n-a');
  });

  it('keeps a pod that claims a device from every node', () => {
    const spec = { containers: [container('1')], resourceClaims: [{ name: 'gpu' }] };
    expect(podIn([object('Pod', 'train', { spec })]).blockedBy?.code).toBe('pod-waits-for-device');
  });

  it("keeps a node that Cluster Autoscaler's annotation keeps", () => {
    const metadata = {
      name: 'n',
      uid: 'n',
      annotations: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' },
    };
    const { view } = recordedView([{ kind: 'Node', metadata }], NOW);
    expect(view.nodes[0]?.doNotDisrupt).toBe(true);
  });

  it('reads keys of labels in an affinity as the values that the pod has', () => {
    const podAffinityTerm = {
      topologyKey: 'kubernetes.io/hostname',
      labelSelector: { matchLabels: { app: 'web' } },
      matchLabelKeys: ['rev'],
      mismatchLabelKeys: ['team'],
    };
    const affinity = {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [podAffinityTerm] },
    };
    const labels = { app: 'web', rev: '2', team: 'a' };
    const metadata = { name: 'p', uid: 'p', namespace: 'shop', labels };
    const pod = podIn([{ kind: 'Pod', metadata, spec: { containers: [], affinity } } as RecordedObject]);
    expect(pod.podAntiAffinity[0]?.selector.slice(1)).toEqual([
      { key: 'rev', operator: 'In', values: ['2'] },
      { key: 'team', operator: 'NotIn', values: ['a'] },
    ]);
  });
});
