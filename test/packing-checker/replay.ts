import type { Offering } from '../../src/model/offering.ts';
import type { Pod, PodAffinityTerm, TopologySpread } from '../../src/model/pod.ts';
import type { Labels } from '../../src/model/selector.ts';
import { DomainCounts } from './domain-counts.ts';
import { admitsNode, HOSTNAME, labelsOf, nodeRefusal, occupy, type ReplayedNode } from './replayed-node.ts';
import { matches } from './selection.ts';

/**
 * Judges one binding after the other as kube-scheduler's filters do, with one rule on the strict side: spread counts the
 * domains of all offerings, not those of planned nodes alone, and hostnames that have no such pod.
 */
export class Replay {
  readonly #counts = new DomainCounts();
  readonly #offered: readonly Labels[];
  /** Anti-affinity terms of bound pods, with the domains that they guard. */
  readonly #guards = new Map<string, { readonly term: PodAffinityTerm; readonly domains: Set<string> }>();
  readonly #domainsFor = new Map<string, readonly string[]>();

  constructor(offerings: readonly Offering[]) {
    this.#offered = offerings.map((offering) => labelsOf('', offering));
  }

  bind(pod: Pod, node: ReplayedNode): void {
    occupy(node, pod);
    this.#counts.bind(pod, node);
    for (const term of pod.podAntiAffinity) {
      const domain = node.labels[term.topologyKey];
      const name = JSON.stringify(term);
      const guard = this.#guards.get(name) ?? { term, domains: new Set() };
      if (domain !== undefined) guard.domains.add(domain);
      this.#guards.set(name, guard);
    }
  }

  /** Why the scheduler would not bind the pod to the node now; `undefined` when it would. */
  refusal(pod: Pod, node: ReplayedNode): string | undefined {
    const byNode = nodeRefusal(pod, node);
    if (byNode !== undefined) return byNode;
    return (
      this.#antiAffinityRefusal(pod, node) ??
      this.#affinityRefusal(pod, node) ??
      this.#spreadRefusal(pod, node)
    );
  }

  #antiAffinityRefusal(pod: Pod, node: ReplayedNode): string | undefined {
    for (const { term, domains } of this.#guards.values()) {
      const domain = node.labels[term.topologyKey];
      if (domain !== undefined && domains.has(domain) && picks(term, pod)) {
        return `a pod in ${term.topologyKey} ${domain} has anti-affinity to it`;
      }
    }
    for (const term of pod.podAntiAffinity) {
      const domain = node.labels[term.topologyKey];
      if (domain === undefined) continue;
      const there = this.#counts.of(`anti ${JSON.stringify(term)}`, term.topologyKey, (other) =>
        picks(term, other),
      );
      if ((there.get(domain) ?? 0) > 0)
        return `it has anti-affinity to a pod in ${term.topologyKey} ${domain}`;
    }
    return undefined;
  }

  /** Only pods that satisfy all terms together count, and the first of a self-seeking set may go anywhere. */
  #affinityRefusal(pod: Pod, node: ReplayedNode): string | undefined {
    const terms = pod.podAffinity;
    const name = `all ${JSON.stringify(terms)}`;
    const picksAll = (other: Pod) => terms.every((term) => picks(term, other));
    let isAlone = true;
    let missing: string | undefined;
    for (const { topologyKey } of terms) {
      const domain = node.labels[topologyKey];
      if (domain === undefined) return `affinity: the node has no ${topologyKey}`;
      const there = this.#counts.of(name, topologyKey, picksAll);
      if (there.size > 0) isAlone = false;
      if ((there.get(domain) ?? 0) === 0) missing ??= `affinity: no such pod in ${topologyKey} ${domain}`;
    }
    return missing === undefined || (isAlone && picksAll(pod)) ? undefined : missing;
  }

  #spreadRefusal(pod: Pod, node: ReplayedNode): string | undefined {
    const enforced = pod.topologySpread.filter(
      ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
    );
    const keys = enforced.map(({ topologyKey }) => topologyKey);
    for (const spread of enforced) {
      const domain = node.labels[spread.topologyKey];
      if (domain === undefined) return `spread: the node has no ${spread.topologyKey}`;
      const there = this.#matching(pod, spread, keys);
      const own = matches(spread.selector, pod.labels) ? 1 : 0;
      const fewest = this.#fewest(pod, spread, there);
      const skew = (there.get(domain) ?? 0) + own - fewest;
      if (skew > spread.maxSkew) {
        return `spread: ${spread.topologyKey} ${domain} would be ${skew} above the fewest, ${spread.maxSkew} allowed`;
      }
    }
    return undefined;
  }

  /** Pods that the constraint counts, on nodes that count for it and that have all topology keys of the pod's spreads. */
  #matching(pod: Pod, spread: TopologySpread, keys: readonly string[]): ReadonlyMap<string, number> {
    const name = `spread ${JSON.stringify([pod.namespace, spread.selector, nodesOf(pod, spread), keys])}`;
    return this.#counts.of(name, spread.topologyKey, (other, where) => {
      const counts = other.namespace === pod.namespace && matches(spread.selector, other.labels);
      return counts && nodeCounts(pod, spread, where.labels) && keys.every((key) => key in where.labels);
    });
  }

  #fewest(pod: Pod, spread: TopologySpread, there: ReadonlyMap<string, number>): number {
    // There can always be one more host, without such a pod.
    if (spread.topologyKey === HOSTNAME) return 0;
    const domains = new Set([...this.#offeredDomains(pod, spread), ...there.keys()]);
    if (domains.size < (spread.minDomains ?? 1)) return 0;
    return Math.min(...[...domains].map((domain) => there.get(domain) ?? 0));
  }

  /** Domains of the offerings that count for the constraint. */
  #offeredDomains(pod: Pod, spread: TopologySpread): readonly string[] {
    const name = JSON.stringify([spread.topologyKey, nodesOf(pod, spread)]);
    const known = this.#domainsFor.get(name);
    if (known !== undefined) return known;
    const counted = this.#offered.filter((labels) => nodeCounts(pod, spread, labels));
    const domains = [...new Set(counted.flatMap((labels) => labels[spread.topologyKey] ?? []))];
    this.#domainsFor.set(name, domains);
    return domains;
  }
}

/** By what the constraint tells nodes apart. */
function nodesOf({ nodeSelector, nodeAffinityTerms }: Pod, { nodeAffinityPolicy }: TopologySpread): unknown {
  return nodeAffinityPolicy === 'Ignore' ? [] : [nodeSelector, nodeAffinityTerms];
}

function nodeCounts(pod: Pod, { nodeAffinityPolicy }: TopologySpread, labels: Labels): boolean {
  return nodeAffinityPolicy === 'Ignore' || admitsNode(pod, labels);
}

function picks({ selector, namespaces }: PodAffinityTerm, pod: Pod): boolean {
  return (namespaces.includes('*') || namespaces.includes(pod.namespace)) && matches(selector, pod.labels);
}
