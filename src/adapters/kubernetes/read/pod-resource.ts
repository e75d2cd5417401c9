import type { V1Pod, V1PodSpec } from '@kubernetes/client-node';
import type { Pod } from '../../../model/pod.ts';
import type { Raw } from '../raw.ts';
import {
  Interner,
  type KubeResource,
  type ProjectionContext,
  type RawMetadata,
  type RawOf,
} from '../watch.ts';
import { type Annotations, forbidsDisruption, SAFE_TO_EVICT } from './annotations.ts';
import { hostPorts } from './host-ports.ts';
import { hasOpenTerm } from './open-terms.ts';
import { podConstraints } from './pod-constraints.ts';
import { podRequests, type RawPodRequests, requestList } from './pod-requests.ts';
import { type Allocations, allocations, requestsWhileResized } from './pod-resize.ts';

const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
const DEFAULT_GRACE_SECONDS = 30;

type RawPod = RawOf<V1Pod> & { readonly spec: Raw<V1PodSpec> };

/** A pod by itself: its owner is the direct one, its volumes are claims to be looked up. */
export interface PodRecord {
  readonly pod: Pod;
  /** Keys of its volume claims. */
  readonly claims: readonly string[];
  /** Whether its affinity chooses namespaces by labels that are to be looked up. */
  readonly hasOpenTerms: boolean;
}

/** Longer ones list every reason of a large cluster; the first ones are the most frequent. */
const MAX_MESSAGE = 300;

const NO_CLAIMS: readonly string[] = [];
const NO_VOLUMES: Pod['volumeNodes'] = [];

/** Pods, without what deciding does not need: a record is a tenth of what the API server sends. */
export function podResource(): KubeResource<PodRecord> {
  const interner = new Interner();
  return {
    name: 'pods',
    path: '/api/v1/pods',
    project: (raw, context) => projectPod(raw as RawPod, context, interner),
  };
}

function projectPod(raw: RawPod, context: ProjectionContext<PodRecord>, interner: Interner): PodRecord {
  const { metadata, spec } = raw;
  const namespace = interner.text(metadata.namespace ?? 'default');
  const annotations = metadata.annotations ?? {};
  const createdAtMs = Date.parse(metadata.creationTimestamp ?? '') || 0;
  const { nodeName } = spec;
  const pod: Pod = {
    uid: metadata.uid,
    namespace,
    name: metadata.name,
    ...sharedParts(raw, namespace, interner),
    phase: interner.text(raw.status?.phase ?? 'Unknown') as Pod['phase'],
    nodeName: nodeName === undefined || nodeName === '' ? undefined : interner.text(nodeName),
    createdAtMs,
    unschedulableSinceMs: unschedulableSinceMs(raw, context, createdAtMs),
    ...schedulerMessage(raw, interner),
    deletionRequestedAtMs: deletionRequestedAtMs(metadata),
    priority: spec.priority ?? 0,
    graceSeconds: spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    volumeNodes: NO_VOLUMES,
    ...unusualParts(raw),
    isMirror: MIRROR_ANNOTATION in annotations,
    hasLocalVolume: false,
    disruption: disruptionOf(annotations),
  };
  return { pod, claims: claimsOf(raw, namespace), hasOpenTerms: hasOpenTerm(pod) };
}

/** What pods of one workload have in common. */
function sharedParts(raw: RawPod, namespace: string, interner: Interner) {
  const { metadata, spec } = raw;
  const labels = interner.share('labels', metadata.labels ?? {}, () => metadata.labels ?? {});
  const { nodeSelector, affinity, tolerations, topologySpreadConstraints } = spec;
  // Only spread constraints and keys of labels look at the pod's own labels, and these differ between the pods of a StatefulSet.
  const spread = topologySpreadConstraints && [labels, topologySpreadConstraints];
  const own = affinity !== undefined && hasLabelKeys(affinity) ? labels : undefined;
  const constraints = [namespace, nodeSelector, affinity, tolerations, spread, own];
  const { overhead, resources } = spec;
  const { status = {} } = raw;
  const amounts = {
    containers: requestsOnly(spec.containers, allocations(status, 'containerStatuses')),
    initContainers: requestsOnly(spec.initContainers ?? [], allocations(status, 'initContainerStatuses')),
    ...(overhead && { overhead }),
    ...(resources && { resources }),
  };
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true);
  const ports = hostPorts(spec);
  return {
    labels,
    requests: interner.share('requests', amounts, () => podRequests(amounts)),
    ...interner.share('constraints', constraints, () => podConstraints(spec, { namespace, labels })),
    hostPorts: interner.share('ports', ports, () => ports),
    owner:
      owner &&
      interner.share('owner', [owner.kind, owner.name, owner.uid], () => ({
        kind: owner.kind,
        name: owner.name,
        uid: owner.uid,
        replicas: undefined,
      })),
  };
}

function requestsOnly(
  containers: readonly (RawPodRequests['containers'][number] & { readonly name?: string })[],
  allocated: Allocations,
): RawPodRequests['containers'] {
  return containers.map(({ name = '', restartPolicy, resources }) => {
    const requests = requestsWhileResized(requestList(resources), allocated.byName.get(name), allocated);
    return { ...(restartPolicy && { restartPolicy }), ...(requests && { resources: { requests } }) };
  });
}

/** Keys that the API server has not merged into a selector yet. */
function hasLabelKeys(affinity: NonNullable<RawPod['spec']['affinity']>): boolean {
  return JSON.stringify(affinity).includes('LabelKeys":');
}

/** What few pods have. */
function unusualParts({ spec, status }: RawPod): Pick<Pod, 'blockedBy' | 'nominatedNodeName' | 'isUnready'> {
  const nominatedNodeName = status?.nominatedNodeName;
  const isReady = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return {
    ...(status?.phase === 'Running' && !isReady && { isUnready: true }),
    ...blockOf(spec),
    ...(nominatedNodeName && { nominatedNodeName }),
  };
}

/** Devices of Dynamic Resource Allocation: no catalogue says which type has one, so no node is bought for them. */
function blockOf({ resourceClaims = [] }: RawPod['spec']): Pick<Pod, 'blockedBy'> {
  const [claim] = resourceClaims;
  if (claim === undefined) return {};
  const why = `it claims the device ${claim.name} (DRA), and no type is known to have one`;
  return { blockedBy: { code: 'pod-waits-for-device', why } };
}

function claimsOf(raw: RawPod, namespace: string): readonly string[] {
  const claims = (raw.spec.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [`${namespace}/${volume.persistentVolumeClaim.claimName}`];
    return volume.ephemeral === undefined ? [] : [`${namespace}/${raw.metadata.name}-${volume.name}`];
  });
  return claims.length === 0 ? NO_CLAIMS : claims;
}

/**
 * The condition's time has whole seconds, too coarse for batching: what we see happen is stamped with our own clock, once,
 * and never before the pod's creation; what had happened before our start has the condition's time.
 */
function unschedulableSinceMs(
  raw: RawPod,
  { previous, isFirstList, nowMs }: ProjectionContext<PodRecord>,
  createdAtMs: number,
): number | undefined {
  const condition = raw.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (condition?.status !== 'False' || condition.reason !== 'Unschedulable') return undefined;
  const known = previous?.pod.unschedulableSinceMs;
  if (known !== undefined) return known;
  const statedMs = Date.parse(condition.lastTransitionTime ?? '');
  const seenAtMs = isFirstList && !Number.isNaN(statedMs) ? statedMs : nowMs;
  return Math.max(createdAtMs, seenAtMs);
}

/** Pods that wait for the same reason share the text; what the scheduler adds about preemption is left out. */
function schedulerMessage(raw: RawPod, interner: Interner): Pick<Pod, 'schedulerMessage'> {
  const condition = raw.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (condition?.status !== 'False' || condition.message === undefined) return {};
  const [said = ''] = condition.message.split(' preemption:');
  return { schedulerMessage: interner.text(said.slice(0, MAX_MESSAGE)) };
}

/** The API server writes down when the deletion is due, so the request came its grace period earlier. */
function deletionRequestedAtMs(metadata: RawMetadata): number | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  return Date.parse(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}

function disruptionOf(annotations: Annotations): Pod['disruption'] {
  const safe = annotations[SAFE_TO_EVICT];
  if (forbidsDisruption(annotations) || safe === 'false') return 'never';
  return safe === 'true' ? 'always' : 'unset';
}
