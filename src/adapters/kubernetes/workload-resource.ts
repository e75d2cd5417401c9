import type { PodOwner } from '../../model/pod.ts';
import type { DaemonOverhead } from '../../model/snapshot.ts';
import type { KubeResource, RawObject } from './kube-resource.ts';
import { CONTROL_PLANE_LABELS } from './node-resource.ts';
import { podConstraints, type RawPodConstraints } from './pod-constraints.ts';
import { podRequests, type RawPodRequests } from './pod-requests.ts';

/** The Deployment controller notes here what the Deployment wants, since a ReplicaSet has less during a rollout. */
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';

interface RawWorkload extends RawObject {
  readonly spec: { readonly replicas?: number };
}

interface RawDaemonSet extends RawObject {
  readonly spec: { readonly template: { readonly spec: RawPodRequests & RawPodConstraints } };
}

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
    const { metadata, spec } = raw as RawWorkload;
    const deployment = metadata.ownerReferences?.find((owner) => owner.controller === true);
    const desired = Number(metadata.annotations?.[DESIRED_REPLICAS] ?? Number.NaN);
    const own = spec.replicas ?? 1;
    const owner =
      deployment === undefined
        ? { kind: 'ReplicaSet', name: metadata.name, uid: metadata.uid, replicas: own }
        : {
            kind: deployment.kind,
            name: deployment.name,
            uid: deployment.uid,
            replicas: Number.isInteger(desired) ? desired : own,
          };
    return { uid: metadata.uid, owner };
  },
};

export const statefulSetResource: KubeResource<WorkloadRecord> = {
  name: 'statefulsets',
  path: '/apis/apps/v1/statefulsets',
  project: (raw) => {
    const { metadata, spec } = raw as RawWorkload;
    const { name, uid } = metadata;
    return { uid, owner: { kind: 'StatefulSet', name, uid, replicas: spec.replicas ?? 1 } };
  },
};

/** What a DaemonSet takes of a node; `undefined` when it keeps to the control plane. */
export type DaemonRecord = DaemonOverhead | undefined;

export const daemonSetResource: KubeResource<DaemonRecord> = {
  name: 'daemonsets',
  path: '/apis/apps/v1/daemonsets',
  project: (raw) => {
    const { metadata, spec } = raw as RawDaemonSet;
    const pod = spec.template.spec;
    if (keepsToControlPlane(pod)) return undefined;
    return { name: `${metadata.namespace ?? 'default'}/${metadata.name}`, requests: podRequests(pod) };
  },
};

/** Whether no worker can be meant: every alternative demands a control-plane label. */
function keepsToControlPlane(spec: RawPodConstraints): boolean {
  const { nodeSelector, nodeAffinityTerms } = podConstraints(spec, { namespace: '', labels: {} });
  const demands = (requirements: typeof nodeSelector) =>
    requirements.some(
      ({ key, operator }) =>
        CONTROL_PLANE_LABELS.includes(key) && (operator === 'Exists' || operator === 'In'),
    );
  return demands(nodeSelector) || (nodeAffinityTerms.length > 0 && nodeAffinityTerms.every(demands));
}
