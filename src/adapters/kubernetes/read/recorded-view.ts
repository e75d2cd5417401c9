import type { Clock, ClusterView } from '../../../ports.ts';
import { ObjectStore, type RawObject } from '../watch.ts';
import { disruptionBudgetResource } from './disruption-budget-resource.ts';
import { JoinedPods } from './joined-pods.ts';
import { namespaceResource } from './namespace-resource.ts';
import { nodeResource } from './node-resource.ts';
import { podResource } from './pod-resource.ts';
import { claimResource, volumeResource } from './volume-resource.ts';
import { daemonSetResource, replicaSetResource, statefulSetResource } from './workload-resource.ts';

/** An object as `kubectl get -o yaml` prints it: unlike those of a list of the API, it names its kind. */
export interface RecordedObject extends RawObject {
  readonly kind: string;
}

/** An object could not be read: `message` names it and what is missing. */
export class UnreadableObject extends Error {
  override readonly name = 'UnreadableObject';
}

/** What a cluster looked like, by the same projections as a live one. */
export interface RecordedView {
  readonly view: ClusterView;
  /** Kinds that deciding does not look at, with how many objects of each there were. */
  readonly ignored: ReadonlyMap<string, number>;
}

/**
 * Reads a dump of a cluster's objects. Of two with the same kind and name the later one counts.
 * @throws UnreadableObject
 */
export function recordedView(objects: readonly RecordedObject[], clock: Pick<Clock, 'now'>): RecordedView {
  const stores = storesOf(clock);
  const pods = new JoinedPods(stores);
  const refills = new Map(Object.entries(KINDS).map(([kind, store]) => [kind, stores[store].refill()]));
  const ignored = new Map<string, number>();
  for (const raw of objects) {
    const refill = refills.get(raw.kind);
    if (refill === undefined) ignored.set(raw.kind, (ignored.get(raw.kind) ?? 0) + 1);
    else put(refill, raw);
  }
  for (const refill of refills.values()) refill.commit();
  const { nodes, budgets, daemons } = stores;
  const view = {
    nodes: [...nodes.values()],
    budgets: [...budgets.values()],
    daemons: [...daemons.values()],
    pods: pods.list(),
  };
  return { view, ignored };
}

/** Under the kind that `kubectl` prints. */
const KINDS = {
  Node: 'nodes',
  Pod: 'pods',
  PodDisruptionBudget: 'budgets',
  DaemonSet: 'daemons',
  ReplicaSet: 'replicaSets',
  StatefulSet: 'statefulSets',
  PersistentVolume: 'volumes',
  PersistentVolumeClaim: 'claims',
  Namespace: 'namespaces',
} as const satisfies Readonly<Record<string, keyof ReturnType<typeof storesOf>>>;

function storesOf(clock: Pick<Clock, 'now'>) {
  return {
    nodes: new ObjectStore(nodeResource, clock),
    pods: new ObjectStore(podResource(), clock),
    budgets: new ObjectStore(disruptionBudgetResource, clock),
    daemons: new ObjectStore(daemonSetResource, clock),
    replicaSets: new ObjectStore(replicaSetResource, clock),
    statefulSets: new ObjectStore(statefulSetResource, clock),
    volumes: new ObjectStore(volumeResource, clock),
    claims: new ObjectStore(claimResource, clock),
    namespaces: new ObjectStore(namespaceResource, clock),
  };
}

function put(refill: { put(raw: RawObject): void }, raw: RecordedObject): void {
  try {
    refill.put(raw);
  } catch (cause) {
    const { namespace, name } = raw.metadata;
    const ref = namespace === undefined ? name : `${namespace}/${name}`;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UnreadableObject(`the ${raw.kind} ${ref} is not as the API server writes it: ${why}`, {
      cause,
    });
  }
}
