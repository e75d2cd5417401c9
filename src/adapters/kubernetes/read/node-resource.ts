import type { V1Node, V1Taint } from '@kubernetes/client-node';
import type { Node } from '../../../model/node.ts';
import type { Lifecycle } from '../../../model/offering.ts';
import type { Labels } from '../../../model/selector.ts';
import type { Taint } from '../../../model/taint.ts';
import type { Raw } from '../raw.ts';
import type { KubeResource, RawOf } from '../watch.ts';
import {
  ANNOUNCED_ANNOTATION,
  CORDON_ANNOTATION,
  forbidsRemoval,
  parseAnnouncements,
  parseCordonMark,
} from './annotations.ts';
import { resourcesOf } from './resource-list.ts';

/** Both names of the role; K3s sets the first, older versions the second, too. */
export const CONTROL_PLANE_LABELS = [
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/master',
];
const LIFECYCLE_LABELS = [
  'smartscale.dev/lifecycle',
  'karpenter.sh/capacity-type',
  'node.kubernetes.io/lifecycle',
];
const ZONE_LABELS = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'];
const TYPE_LABELS = ['node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type'];
const AWS_PROVIDER_ID = /^aws:\/\/\/([^/]*)\/(i-[0-9a-f]+)$/;

type RawNode = RawOf<V1Node>;

/** Nodes, without their images, addresses and heartbeats. */
export const nodeResource: KubeResource<Node> = {
  name: 'nodes',
  path: '/api/v1/nodes',
  project: (raw) => projectNode(raw),
};

function projectNode(raw: RawNode): Node {
  const { metadata, spec = {}, status = {} } = raw;
  const { labels = {}, annotations = {} } = metadata;
  const mark = annotations[CORDON_ANNOTATION];
  const announced = parseAnnouncements(annotations[ANNOUNCED_ANNOTATION] ?? '');
  return {
    name: metadata.name,
    uid: metadata.uid,
    ...placeOf(labels, spec.providerID ?? ''),
    type: firstLabel(labels, TYPE_LABELS),
    lifecycle: lifecycleOf(labels),
    labels,
    taints: (spec.taints ?? []).map(taintOf),
    allocatable: resourcesOf(status.allocatable),
    ...readiness(status),
    isUnschedulable: spec.unschedulable ?? false,
    isControlPlane: CONTROL_PLANE_LABELS.some((label) => label in labels),
    doNotDisrupt: forbidsRemoval(annotations),
    cordonedBy: mark === undefined ? undefined : parseCordonMark(mark),
    ...(announced.length > 0 && { announced }),
    createdAtMs: timeOf(metadata.creationTimestamp) ?? 0,
  };
}

function taintOf({ key, value = '', effect }: Raw<V1Taint>): Taint {
  return { key, value, effect: effect as Taint['effect'] };
}

function placeOf(labels: Labels, providerId: string): Pick<Node, 'instanceId' | 'zone'> {
  const [, zone, instanceId] = AWS_PROVIDER_ID.exec(providerId) ?? [];
  return { instanceId, zone: firstLabel(labels, ZONE_LABELS) ?? (zone || undefined) };
}

function readiness(status: NonNullable<RawNode['status']>): Pick<Node, 'isReady' | 'readyChangedAtMs'> {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return { isReady: ready?.status === 'True', readyChangedAtMs: timeOf(ready?.lastTransitionTime) };
}

function firstLabel(labels: Labels, names: readonly string[]): string | undefined {
  return names.map((name) => labels[name]).find((value) => value !== undefined && value !== '');
}

function lifecycleOf(labels: Labels): Lifecycle | undefined {
  const value = firstLabel(labels, LIFECYCLE_LABELS)?.toLowerCase();
  if (value === 'spot') return 'spot';
  return value === 'on-demand' || value === 'normal' ? 'on-demand' : undefined;
}

function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
