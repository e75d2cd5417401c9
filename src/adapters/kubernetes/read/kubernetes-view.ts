import type { Cluster, ClusterView } from '../../../ports.ts';
import { type ObjectStore, Reflector, type ReflectorOptions, type ReflectorStats } from '../watch.ts';
import { NodesWithAttachLimits } from './attach-limits.ts';
import { JoinedPods } from './joined-pods.ts';
import { mirroredResources } from './mirrored-resources.ts';

/** The reading half of a live cluster: mirrors what deciding looks at, so that a look costs no call. */
export class KubernetesView implements Pick<Cluster, 'synced' | 'view' | 'onChange'> {
  readonly #reflectors: ReturnType<typeof reflectorsFor>;
  readonly #pods: JoinedPods;
  readonly #listeners = new Set<() => void>();
  readonly #nodes: NodesWithAttachLimits;
  #lists: Lists | undefined;
  #view: ClusterView | undefined;
  #isNotifying = false;
  #isSynced = false;

  constructor(options: ReflectorOptions) {
    this.#reflectors = reflectorsFor(options);
    const { pods, replicaSets, statefulSets, claims, volumes, storageClasses, csiNodes, namespaces } =
      this.#reflectors;
    this.#pods = new JoinedPods({
      pods: pods.store,
      replicaSets: replicaSets.store,
      statefulSets: statefulSets.store,
      claims: claims.store,
      volumes: volumes.store,
      storageClasses: storageClasses.store,
      csiNodes: csiNodes.store,
      namespaces: namespaces.store,
    });
    for (const reflector of this.#all()) reflector.store.onChange(() => this.#changed());
    const { nodes, budgets, daemons } = this.#reflectors;
    this.#nodes = new NodesWithAttachLimits(nodes.store, csiNodes.store);
    for (const { store } of [nodes, budgets, daemons, csiNodes]) {
      store.onChange(() => {
        this.#lists = undefined;
      });
    }
  }

  /** Mirrors until the signal aborts; then resolves with nothing left open. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#all().map((reflector) => reflector.run(signal)));
  }

  async synced(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#all().map((reflector) => reflector.synced(signal)));
    await this.#pods.prepare();
    this.#isSynced = true;
  }

  /** The same object until something that deciding looks at has changed. */
  view(): ClusterView {
    this.#lists ??= { ...listsOf(this.#reflectors), nodes: this.#nodes.list() };
    this.#view ??= { ...this.#lists, pods: this.#pods.list() };
    return this.#view;
  }

  /** Calls back once for all changes that arrive together, from the moment that everything has been listed. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Names of the kinds that nothing was heard of for more than five minutes; with any, the replica is not ready. */
  staleStores(): readonly string[] {
    return this.#all()
      .filter((reflector) => reflector.isStale())
      .map((reflector) => reflector.resource.name);
  }

  /** Counters by kind, for metrics. */
  stats(): Readonly<Record<string, ReflectorStats>> {
    return Object.fromEntries(this.#all().map((reflector) => [reflector.resource.name, reflector.stats()]));
  }

  #all(): readonly Reflector<unknown>[] {
    return Object.values(this.#reflectors);
  }

  #changed(): void {
    this.#view = undefined;
    if (!this.#isSynced || this.#isNotifying) return;
    this.#isNotifying = true;
    queueMicrotask(() => {
      this.#isNotifying = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

type Lists = Omit<ClusterView, 'pods'>;
type OtherLists = Omit<Lists, 'nodes'>;

function reflectorsFor(options: ReflectorOptions) {
  const resources = mirroredResources();
  return {
    nodes: new Reflector(resources.nodes, options),
    pods: new Reflector(resources.pods, options),
    budgets: new Reflector(resources.budgets, options),
    daemons: new Reflector(resources.daemons, options),
    replicaSets: new Reflector(resources.replicaSets, options),
    statefulSets: new Reflector(resources.statefulSets, options),
    volumes: new Reflector(resources.volumes, options),
    claims: new Reflector(resources.claims, options),
    storageClasses: new Reflector(resources.storageClasses, options),
    csiNodes: new Reflector(resources.csiNodes, options),
    namespaces: new Reflector(resources.namespaces, options),
  };
}

function listsOf({ budgets, daemons }: ReturnType<typeof reflectorsFor>): OtherLists {
  const all = <T>(store: ObjectStore<T>) => [...store.values()];
  return {
    budgets: all(budgets.store),
    daemons: all(daemons.store),
  };
}
