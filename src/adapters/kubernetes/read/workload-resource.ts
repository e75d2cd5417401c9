import type { V1DaemonSet, V1PodSpec, V1ReplicaSet, V1StatefulSet } from '@kubernetes/client-node';
import type { DaemonOverhead } from '../../../model/daemon-overhead.ts';
import type { PodOwner } from '../../../model/pod.ts';
import type { Toleration } from '../../../model/taint.ts';
import type { Raw } from '../raw.ts';
import type { KubeResource, RawOf } from '../watch.ts';
import { type Annotations, MOVE } from './annotations.ts';
import { hostPorts } from './host-ports.ts';
import { podConstraints } from './pod-constraints.ts';
import { podRequests } from './pod-requests.ts';

/** The Deployment controller notes here what the Deployment wants, since a ReplicaSet has less during a rollout. */
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';

type RawDaemonSet = RawOf<V1DaemonSet> & {
  readonly spec: { readonly template: { readonly spec: Raw<V1PodSpec> } };
};

/** Who a pod owned by `ownerUid` belongs to in a person's eyes. */
export interface WorkloadRecord {
  readonly uid: string;
  readonly owner: PodOwner;
}

/** ReplicaSets; one that a Deployment owns stands for the Deployment. */
export const replicaSetResource: KubeResource<WorkloadRecord> = {
  name: 'replicasets',
  path: '/apis/apps/v1/replicasets',
  project: (raw) => {
    const { metadata, spec } = raw as RawOf<V1ReplicaSet>;
    const deployment = metadata.ownerReferences?.find((owner) => owner.controller === true);
    const desired = Number(metadata.annotations?.[DESIRED_REPLICAS] ?? Number.NaN);
    const own = spec?.replicas ?? 1;
    const move = moveOf(metadata.annotations ?? {});
    const owner =
      deployment === undefined
        ? { kind: 'ReplicaSet', name: metadata.name, uid: metadata.uid, replicas: own, ...move }
        : {
            kind: deployment.kind,
            name: deployment.name,
            uid: deployment.uid,
            replicas: Number.isInteger(desired) ? desired : own,
            ...move,
          };
    return { uid: metadata.uid, owner };
  },
};

/** How the owner allows a single replica to be moved. */
function moveOf(annotations: Annotations): Pick<PodOwner, 'move'> {
  const move = annotations[MOVE];
  return move === 'evict' || move === 'surge' ? { move } : {};
}

export const statefulSetResource: KubeResource<WorkloadRecord> = {
  name: 'statefulsets',
  path: '/apis/apps/v1/statefulsets',
  project: (raw) => {
    const { metadata, spec } = raw as RawOf<V1StatefulSet>;
    const { name, uid } = metadata;
    return { uid, owner: { kind: 'StatefulSet', name, uid, replicas: spec?.replicas ?? 1 } };
  },
};

/** What the DaemonSet controller adds to what its pods tolerate: trouble of their node does not drive them away. */
const DAEMONSET_TOLERATIONS: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const HOST_NETWORK_TOLERATION: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

/** DaemonSets, as their pods will be: their templates lack what the API server fills in. */
export const daemonSetResource: KubeResource<DaemonOverhead> = {
  name: 'daemonsets',
  path: '/apis/apps/v1/daemonsets',
  project: (raw) => {
    const { metadata, spec } = raw as RawDaemonSet;
    const { namespace = 'default' } = metadata;
    const { template } = spec;
    const labels = template.metadata?.labels ?? {};
    const { nodeSelector, nodeAffinityTerms, tolerations } = podConstraints(template.spec, {
      namespace,
      labels,
    });
    return {
      name: `${namespace}/${metadata.name}`,
      namespace,
      labels,
      requests: podRequests(template.spec),
      hostPorts: hostPorts(template.spec),
      nodeSelector,
      nodeAffinityTerms,
      tolerations: [
        ...tolerations,
        ...DAEMONSET_TOLERATIONS,
        ...(template.spec.hostNetwork === true ? [HOST_NETWORK_TOLERATION] : []),
      ],
    };
  },
};
