import { type Pod, type PodAffinityTerm, picksPod } from '../../model/pod.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { Bin } from './bin.ts';

/** Which pods are counted: those the selector picks in these namespaces, by the domain of a node label. */
export interface Counted {
  readonly topologyKey: string;
  readonly selector: LabelSelector;
  readonly namespaces: readonly string[];
}

interface Counter {
  readonly term: Counted;
  /** Whether pods that are being deleted are left out, as the scheduler does for spread. */
  readonly livingOnly: boolean;
  readonly byDomain: Map<string, number>;
  total: number;
}

interface Holder {
  readonly term: PodAffinityTerm;
  readonly byDomain: Map<string, number>;
}

/**
 * How many pods of a kind stand in each domain (zone, host), kept up to date as pods are placed. Counters are made on
 * first use and by scanning all bins once, so that fleets without topology rules pay nothing for them.
 */
export class Topology {
  readonly #bins: readonly Bin[];
  readonly #counters = new Map<string, Counter>();
  readonly #holders = new Map<string, Holder>();

  /** `bins` may grow later; the array is read again for each new counter. */
  constructor(bins: readonly Bin[]) {
    this.#bins = bins;
  }

  /** Pods per domain that the term counts, and in all. */
  counts(
    term: Counted,
    options: { readonly livingOnly: boolean },
  ): { readonly byDomain: ReadonlyMap<string, number>; readonly total: number } {
    const key = `${options.livingOnly ? 'living' : 'all'} ${termKey(term)}`;
    const known = this.#counters.get(key);
    if (known !== undefined) return known;
    const counter: Counter = { term, livingOnly: options.livingOnly, byDomain: new Map(), total: 0 };
    for (const bin of this.#bins) {
      for (const pod of bin.pods) count(counter, pod, bin, 1);
    }
    this.#counters.set(key, counter);
    return counter;
  }

  /** Whether any placed pod has anti-affinity of its own. */
  get hasHolders(): boolean {
    return this.#holders.size > 0;
  }

  /** Whether a pod that stands in the bin's domain refuses this one by its own anti-affinity. */
  isRefusedByNeighbours(pod: Pod, bin: Bin): boolean {
    for (const { term, byDomain } of this.#holders.values()) {
      const domain = bin.labels[term.topologyKey];
      if (domain === undefined || (byDomain.get(domain) ?? 0) === 0) continue;
      if (picksPod(term, pod)) return true;
    }
    return false;
  }

  /** Counts a pod that was put into a bin, or with `-1` one that was taken out. */
  record(pod: Pod, bin: Bin, by: 1 | -1): void {
    for (const counter of this.#counters.values()) count(counter, pod, bin, by);
    for (const term of pod.podAntiAffinity) {
      const domain = bin.labels[term.topologyKey];
      if (domain === undefined) continue;
      const key = termKey(term);
      const holder = this.#holders.get(key) ?? { term, byDomain: new Map<string, number>() };
      holder.byDomain.set(domain, (holder.byDomain.get(domain) ?? 0) + by);
      this.#holders.set(key, holder);
    }
  }
}

function count(counter: Counter, pod: Pod, bin: Bin, by: 1 | -1): void {
  if (counter.livingOnly && pod.deletionRequestedAtMs !== undefined) return;
  const domain = bin.labels[counter.term.topologyKey];
  if (domain === undefined || !picksPod(counter.term, pod)) return;
  counter.byDomain.set(domain, (counter.byDomain.get(domain) ?? 0) + by);
  counter.total += by;
}

function termKey(term: Counted): string {
  return JSON.stringify([term.topologyKey, term.selector, term.namespaces]);
}
