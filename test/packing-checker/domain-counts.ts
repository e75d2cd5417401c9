import type { Pod } from '../../src/model/pod.ts';
import type { ReplayedNode } from './replayed-node.ts';

interface Count {
  readonly counts: (pod: Pod, node: ReplayedNode) => boolean;
  readonly topologyKey: string;
  readonly byDomain: Map<string, number>;
}

/** How many bound pods of each kind stand in each domain of a node label. A kind must be asked for under one name. */
export class DomainCounts {
  readonly #byName = new Map<string, Count>();
  readonly #bound: { readonly pod: Pod; readonly node: ReplayedNode }[] = [];

  /** Pods by the value of the nodes' label; those that `counts` refuses and nodes without the label are left out. */
  of(name: string, topologyKey: string, counts: Count['counts']): ReadonlyMap<string, number> {
    const full = `${topologyKey} ${name}`;
    let count = this.#byName.get(full);
    if (count === undefined) {
      count = { counts, topologyKey, byDomain: new Map() };
      this.#byName.set(full, count);
      for (const { pod, node } of this.#bound) add(count, pod, node);
    }
    return count.byDomain;
  }

  bind(pod: Pod, node: ReplayedNode): void {
    this.#bound.push({ pod, node });
    for (const count of this.#byName.values()) add(count, pod, node);
  }
}

function add({ counts, topologyKey, byDomain }: Count, pod: Pod, node: ReplayedNode): void {
  const domain = node.labels[topologyKey];
  if (domain === undefined || !counts(pod, node)) return;
  byDomain.set(domain, (byDomain.get(domain) ?? 0) + 1);
}
