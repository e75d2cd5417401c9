import type { Clock, ClusterView } from '../../../ports.ts';
import { ObjectStore, type RawObject } from '../watch.ts';
import { NodesWithAttachLimits } from './attach-limits.ts';
import { JoinedPods } from './joined-pods.ts';
import { mirroredResources } from './mirrored-resources.ts';

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
  const { nodes, budgets, daemons, csiNodes } = stores;
  const view = {
    nodes: new NodesWithAttachLimits(nodes, csiNodes).list(),
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
  StorageClass: 'storageClasses',
  CSINode: 'csiNodes',
  Namespace: 'namespaces',
} as const satisfies Readonly<Record<string, keyof ReturnType<typeof storesOf>>>;

function storesOf(clock: Pick<Clock, 'now'>) {
  const resources = mirroredResources();
  return {
    nodes: new ObjectStore(resources.nodes, clock),
    pods: new ObjectStore(resources.pods, clock),
    budgets: new ObjectStore(resources.budgets, clock),
    daemons: new ObjectStore(resources.daemons, clock),
    replicaSets: new ObjectStore(resources.replicaSets, clock),
    statefulSets: new ObjectStore(resources.statefulSets, clock),
    volumes: new ObjectStore(resources.volumes, clock),
    claims: new ObjectStore(resources.claims, clock),
    storageClasses: new ObjectStore(resources.storageClasses, clock),
    csiNodes: new ObjectStore(resources.csiNodes, clock),
    namespaces: new ObjectStore(resources.namespaces, clock),
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
