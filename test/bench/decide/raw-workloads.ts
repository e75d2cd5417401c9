import type { RawObject } from '../../../src/adapters/kubernetes/watch/kube-resource.ts';
import { seededRandom } from '../packing/diverse-pods.ts';

/** A Deployment or StatefulSet of the bench, and what its pods ask for. */
export interface Workload {
  readonly index: number;
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  /** The part of the pod spec that all its pods share. */
  readonly spec: object;
  /** Whether all its pods must stand in one zone. */
  readonly isOfOneZone: boolean;
}

const NAMESPACES = 40;
const MAX_REPLICAS = 100;
const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const CPU_MILLIS = [20, 50, 100, 100, 150, 200, 250, 400];
const MEMORY_MIB = [64, 128, 256, 256, 384, 512, 768];

/** Workloads of 1 to 100 replicas, `pods` in all, about one for every 20 pods; the same for the same number. */
export function workloadsOf(pods: number): readonly Workload[] {
  const draw = seededRandom(7);
  const workloads: Workload[] = [];
  for (let left = pods; left > 0;) {
    // Squared, so that most are small and some are large; the mean is near 20.
    const wished = 1 + Math.floor(MAX_REPLICAS * (draw(1000) / 1000) ** 4);
    const replicas = Math.min(left, wished);
    workloads.push(workloadOf(workloads.length, replicas, draw));
    left -= replicas;
  }
  return workloads;
}

/** One workload of this many replicas, its constraints drawn: the shares are of all workloads. */
export function workloadOf(
  index: number,
  replicas: number,
  draw: (choices: number) => number,
  cpuMillis = CPU_MILLIS[draw(CPU_MILLIS.length)] ?? 100,
): Workload {
  const name = `service-${index}`;
  const labelSelector = { matchLabels: { app: name } };
  const percent = draw(100);
  const spread = spreadsOf(percent, labelSelector);
  const affinity = affinityOf(draw(100), labelSelector, `service-${Math.max(0, index - NAMESPACES)}`);
  const memoryMiB = MEMORY_MIB[draw(MEMORY_MIB.length)] ?? 256;
  return {
    index,
    kind: draw(100) < 4 ? 'StatefulSet' : 'Deployment',
    name,
    namespace: `team-${index % NAMESPACES}`,
    replicas,
    isOfOneZone: 'podAffinity' in affinity,
    spec: {
      containers: [
        { name: 'app', resources: { requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` } } },
      ],
      tolerations: ['not-ready', 'unreachable'].map((condition) => ({
        key: `node.kubernetes.io/${condition}`,
        operator: 'Exists',
        effect: 'NoExecute',
      })),
      ...(spread.length > 0 && { topologySpreadConstraints: spread }),
      ...(Object.keys(affinity).length > 0 && { affinity }),
    },
  };
}

/** 25 % prefer to be spread over zones, 10 % must be, 5 % must be spread over hostnames. */
function spreadsOf(percent: number, labelSelector: object): readonly object[] {
  const spread = (topologyKey: string, whenUnsatisfiable: string, maxSkew: number) => [
    { topologyKey, whenUnsatisfiable, maxSkew, labelSelector },
  ];
  if (percent < 25) return spread(ZONE, 'ScheduleAnyway', 1);
  if (percent < 35) return spread(ZONE, 'DoNotSchedule', 2);
  return percent < 40 ? spread(HOSTNAME, 'DoNotSchedule', 3) : [];
}

/** 10 % must have a node of their own among themselves, 15 % prefer it, 5 % must be in the zone of their own kind. */
function affinityOf(percent: number, labelSelector: object, neighbour: string): object {
  const apart = { topologyKey: HOSTNAME, labelSelector };
  if (percent < 10) return { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } };
  if (percent < 25) {
    const away = { weight: 50, podAffinityTerm: apart };
    const close = {
      weight: 10,
      podAffinityTerm: { topologyKey: ZONE, labelSelector: { matchLabels: { app: neighbour } } },
    };
    return {
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [away] },
      ...(percent < 15 && { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [close] } }),
    };
  }
  if (percent >= 30) return {};
  const near = { topologyKey: ZONE, labelSelector };
  return { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near] } };
}

/** A pod of the workload; without a node it waits, and the scheduler has said that it cannot place it. */
export function rawPod(
  { kind, name, namespace, spec }: Workload,
  pod: { readonly name: string; readonly nodeName: string | undefined; readonly at: string },
): RawObject {
  const isBound = pod.nodeName !== undefined;
  const owner =
    kind === 'StatefulSet'
      ? { kind, name, uid: name }
      : { kind: 'ReplicaSet', name: `${name}-1`, uid: `${name}-1` };
  const object = {
    metadata: {
      name: pod.name,
      namespace,
      uid: `${namespace}/${pod.name}`,
      creationTimestamp: pod.at,
      labels: { app: name, 'pod-template-hash': '1' },
      ownerReferences: [{ ...owner, controller: true }],
    },
    spec: { ...spec, nodeName: pod.nodeName },
    status: isBound
      ? { phase: 'Running' }
      : {
          phase: 'Pending',
          conditions: [
            {
              type: 'PodScheduled',
              status: 'False',
              reason: 'Unschedulable',
              lastTransitionTime: pod.at,
            },
          ],
        },
  };
  return object;
}

/** The ReplicaSet or StatefulSet that owns the workload's pods. */
export function rawOwner({ kind, name, namespace, replicas }: Workload): RawObject {
  const isSet = kind === 'StatefulSet';
  const object = {
    metadata: {
      name: isSet ? name : `${name}-1`,
      namespace,
      uid: isSet ? name : `${name}-1`,
      ...(!isSet && { ownerReferences: [{ kind, name, uid: `${name}-d`, controller: true }] }),
    },
    spec: { replicas },
  };
  return object;
}

/** A budget that lets one pod of the workload go. */
export function rawBudget({ name, namespace }: Workload): RawObject {
  const object = {
    metadata: { name, namespace, uid: `${name}-budget` },
    spec: { selector: { matchLabels: { app: name } } },
    status: { disruptionsAllowed: 1 },
  };
  return object;
}
