import type { Cluster, ClusterView } from '../../../ports.ts';
import { type ObjectStore, Reflector, type ReflectorOptions, type ReflectorStats } from '../watch.ts';
import { disruptionBudgetResource } from './disruption-budget-resource.ts';
import { JoinedPods } from './joined-pods.ts';
import { namespaceResource } from './namespace-resource.ts';
import { nodeResource } from './node-resource.ts';
import { podResource } from './pod-resource.ts';
import { claimResource, volumeResource } from './volume-resource.ts';
import { daemonSetResource, replicaSetResource, statefulSetResource } from './workload-resource.ts';

/** The reading half of a live cluster: mirrors what deciding looks at, so that a look costs no call. */
export class KubernetesView implements Pick<Cluster, 'synced' | 'view' | 'onChange'> {
  readonly #reflectors: ReturnType<typeof reflectorsFor>;
  readonly #pods: JoinedPods;
  readonly #listeners = new Set<() => void>();
  #lists: Lists | undefined;
  #view: ClusterView | undefined;
  #isNotifying = false;
  #isSynced = false;

  constructor(options: ReflectorOptions) {
    this.#reflectors = reflectorsFor(options);
    const { pods, replicaSets, statefulSets, claims, volumes, namespaces } = this.#reflectors;
    this.#pods = new JoinedPods({
      pods: pods.store,
      replicaSets: replicaSets.store,
      statefulSets: statefulSets.store,
      claims: claims.store,
      volumes: volumes.store,
      namespaces: namespaces.store,
    });
    for (const reflector of this.#all()) reflector.store.onChange(() => this.#changed());
    const { nodes, budgets, daemons } = this.#reflectors;
    for (const { store } of [nodes, budgets, daemons]) {
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
    this.#lists ??= listsOf(this.#reflectors);
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

function reflectorsFor(options: ReflectorOptions) {
  return {
    nodes: new Reflector(nodeResource, options),
    pods: new Reflector(podResource(), options),
    budgets: new Reflector(disruptionBudgetResource, options),
    daemons: new Reflector(daemonSetResource, options),
    replicaSets: new Reflector(replicaSetResource, options),
    statefulSets: new Reflector(statefulSetResource, options),
    volumes: new Reflector(volumeResource, options),
    claims: new Reflector(claimResource, options),
    namespaces: new Reflector(namespaceResource, options),
  };
}

function listsOf({ nodes, budgets, daemons }: ReturnType<typeof reflectorsFor>): Lists {
  const all = <T>(store: ObjectStore<T>) => [...store.values()];
  return {
    nodes: all(nodes.store),
    budgets: all(budgets.store),
    daemons: all(daemons.store),
  };
}
