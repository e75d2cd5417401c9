import type { Pod, PodAffinityTerm, PodPreference, TopologySpread } from '../../model/pod.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { Toleration } from '../../model/taint.ts';
import { Ids } from './ids.ts';
import { LabelClasses, type PodTerm } from './label-classes.ts';

/** The key of one node alone; its index among the keys is 0. */
export const HOSTNAME = 'kubernetes.io/hostname';
export const HOST = 0;

/** Pods counted by the domain of a node label: those that a matcher picks, or those that hold a term of anti-affinity. */
export interface Counter {
  readonly key: number;
  readonly counts: 'pods' | 'living-pods' | 'holders' | 'preferred-pods';
  /** A matcher of pods; for holders, of the pods that they keep away. */
  readonly matcher: number;
  /** Only nodes that pass this count; `undefined`: every node. */
  readonly eligibility: number | undefined;
}

/** Which nodes a topology spread counts for a pod. */
export interface Eligibility {
  /** The node has all of these labels. */
  readonly keys: readonly string[];
  readonly nodeSelector: LabelSelector;
  readonly nodeAffinityTerms: readonly LabelSelector[];
  /** Its taints are tolerated; `undefined`: taints are not looked at. */
  readonly tolerations: readonly Toleration[] | undefined;
}

export interface DomainRule {
  readonly key: number;
  readonly counter: number;
}

export interface SpreadRule extends DomainRule {
  readonly eligibility: number;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** 1 when the pod counts itself. */
  readonly own: 0 | 1;
}

/** Domains that are preferred, or with a negative weight avoided, where pods are counted. */
export interface PreferenceRule extends DomainRule {
  readonly weight: number;
  /** The fewer pods the better, rather than any or none. */
  readonly isSpread: boolean;
}

/** What other pods' places mean for a pod, and its place for others, in numbers. */
export interface RuleSet {
  /** No pod that is counted may stand in the domain: anti-affinity, its own and that of others. */
  readonly apart: readonly DomainRule[];
  /** Each must count a pod in the domain. */
  readonly near: readonly DomainRule[];
  /** Where no pod is counted anywhere, it may be the first. */
  readonly mayBeFirst: boolean;
  readonly spread: readonly SpreadRule[];
  readonly prefer: readonly PreferenceRule[];
  /** Counters that the pod adds to wherever it is put. */
  readonly bumps: readonly number[];
}

type PodTopology = Pick<
  Pod,
  | 'namespace'
  | 'labels'
  | 'podAffinity'
  | 'podAntiAffinity'
  | 'topologySpread'
  | 'preferredPods'
  | 'nodeSelector'
  | 'nodeAffinityTerms'
  | 'tolerations'
>;

/** The part of the rules that equal terms share, before the pod's own labels are looked at. */
interface Terms {
  readonly near: readonly PodAffinityTerm[];
  readonly apart: readonly PodAffinityTerm[];
  /** Those that must hold, and those that are only preferred. */
  readonly spread: readonly TopologySpread[];
  readonly preferred: readonly PodPreference[];
  readonly namespace: string;
  readonly nodes: Omit<Eligibility, 'keys'>;
}

/** A spread that is only preferred weighs as much as the strongest of other preferences. */
const SPREAD_WEIGHT = 100;

const NO_NODES = { nodeSelector: [], nodeAffinityTerms: [], tolerations: [] };

/**
 * The rules of all pods that take part, as numbers: counters of pods by domain, which of them a pod reads and which it adds
 * to. Built from every pod first, waiting or standing, since any of them may count any other.
 */
export class TopologyRules {
  /** Node labels that rules look at; `HOSTNAME` is the first. */
  readonly keys: string[] = [HOSTNAME];
  readonly counters = new Ids<Counter>();
  readonly eligibilities = new Ids<Eligibility>();
  readonly #terms = new Map<string, Terms>();
  readonly #near = new Ids<readonly PodAffinityTerm[]>();
  readonly #spread = new Ids<readonly TopologySpread[]>();
  readonly #preferred = new Ids<readonly PodPreference[]>();
  readonly #nodes = new Ids<readonly unknown[]>();
  readonly #classes: LabelClasses;
  readonly #idOfPod = new Map<PodTopology, number>();
  readonly #known = new Map<string, number>();
  readonly #sets = new Ids<RuleSet>();

  constructor(pods: Iterable<PodTopology>) {
    for (const pod of pods) this.#termsOf(pod);
    const all = [...this.#terms.values()];
    this.#classes = new LabelClasses(all.flatMap(podTermsOf));
    for (const terms of all) this.#addCounters(terms);
  }

  /** A number for the pod's rules; pods with the same number cannot be told apart by any rule. */
  idOf(pod: PodTopology): number {
    const known = this.#idOfPod.get(pod);
    if (known !== undefined) return known;
    const id = this.#idOfKind(pod);
    this.#idOfPod.set(pod, id);
    return id;
  }

  #idOfKind(pod: PodTopology): number {
    const name = `${this.#classes.classOf(pod)} ${this.#termsName(pod)}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const id = this.#sets.of(this.#ruleSet(this.#termsOf(pod), this.#classes.classOf(pod)));
    this.#known.set(name, id);
    return id;
  }

  ruleSet(id: number): RuleSet {
    const set = this.#sets.values[id];
    if (set === undefined) throw new RangeError(`no rule set ${id}`);
    return set;
  }

  #termsName(pod: PodTopology): string {
    const { podAffinity, podAntiAffinity, topologySpread, preferredPods } = pod;
    const count = podAffinity.length + podAntiAffinity.length + topologySpread.length + preferredPods.length;
    if (count === 0) return '';
    const spread = topologySpread.length === 0 ? '' : this.#spreadName(pod);
    const names = [
      this.#near.of(podAffinity),
      this.#near.of(podAntiAffinity),
      this.#preferred.of(preferredPods),
    ];
    return `${names.join(' ')} ${spread}`;
  }

  /** What a spread counts depends on the pod's namespace and on the nodes that it admits. */
  #spreadName({
    namespace,
    topologySpread,
    nodeSelector,
    nodeAffinityTerms,
    tolerations,
  }: PodTopology): string {
    const nodes = [nodeSelector, nodeAffinityTerms, tolerations].map((list) => this.#nodes.of(list));
    return `${this.#spread.of(topologySpread)} ${nodes.join(' ')} ${namespace}`;
  }

  #termsOf(pod: PodTopology): Terms {
    const name = this.#termsName(pod);
    const known = this.#terms.get(name);
    if (known !== undefined) return known;
    const spread = pod.topologySpread;
    const { namespace, nodeSelector, nodeAffinityTerms, tolerations } = pod;
    const isSpread = spread.length > 0;
    const terms = {
      near: pod.podAffinity,
      apart: pod.podAntiAffinity,
      spread,
      preferred: pod.preferredPods,
      namespace: isSpread ? namespace : '',
      nodes: isSpread ? { nodeSelector, nodeAffinityTerms, tolerations } : NO_NODES,
    };
    this.#terms.set(name, terms);
    return terms;
  }

  #addCounters(terms: Terms): void {
    for (const { topologyKey } of terms.near) this.#counter(topologyKey, 'pods', terms.near);
    for (const term of terms.apart) {
      this.#counter(term.topologyKey, 'pods', [term]);
      this.#counter(term.topologyKey, 'holders', [term]);
    }
    for (const spread of terms.spread) this.#spreadCounter(spread, terms);
    for (const term of terms.preferred) this.#counter(term.topologyKey, 'preferred-pods', [term]);
  }

  #counter(
    topologyKey: string,
    counts: Exclude<Counter['counts'], 'living-pods'>,
    picked: readonly PodTerm[],
  ): DomainRule {
    const key = this.#keyOf(topologyKey);
    const matcher = this.#classes.matcherOf(picked);
    return { key, counter: this.counters.of({ key, counts, matcher, eligibility: undefined }) };
  }

  #spreadCounter(spread: TopologySpread, terms: Terms): DomainRule & { readonly eligibility: number } {
    const { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' } = spread;
    const affinity = nodeAffinityPolicy === 'Honor' ? terms.nodes : NO_NODES;
    const sameKind = terms.spread.filter((one) => mustHold(one) === mustHold(spread));
    const eligibility = this.eligibilities.of({
      keys: [...new Set(sameKind.map(({ topologyKey }) => topologyKey))].sort(),
      nodeSelector: affinity.nodeSelector,
      nodeAffinityTerms: affinity.nodeAffinityTerms,
      tolerations: nodeTaintsPolicy === 'Honor' ? terms.nodes.tolerations : undefined,
    });
    const key = this.#keyOf(spread.topologyKey);
    const matcher = this.#classes.matcherOf([spreadTerm(spread, terms.namespace)]);
    const counter = this.counters.of({ key, counts: 'living-pods', matcher, eligibility });
    return { key, counter, eligibility };
  }

  #keyOf(topologyKey: string): number {
    const known = this.keys.indexOf(topologyKey);
    return known >= 0 ? known : this.keys.push(topologyKey) - 1;
  }

  #ruleSet(terms: Terms, labelClass: number): RuleSet {
    const own = terms.apart.map((term) => this.#counter(term.topologyKey, 'pods', [term]));
    const held = terms.apart.map((term) => this.#counter(term.topologyKey, 'holders', [term]).counter);
    const near = terms.near.map(({ topologyKey }) => this.#counter(topologyKey, 'pods', terms.near));
    const picks = (matcher: number) => this.#classes.picks(matcher, labelClass);
    const guards: DomainRule[] = [];
    const bumps: number[] = [...held];
    this.counters.values.forEach(({ key, counts, matcher }, counter) => {
      if (!picks(matcher)) return;
      if (counts === 'holders') guards.push({ key, counter });
      else bumps.push(counter);
    });
    return {
      apart: distinct([...own, ...guards]),
      near: distinct(near),
      mayBeFirst: near.length > 0 && picks(this.#classes.matcherOf(terms.near)),
      spread: terms.spread.filter(mustHold).map((spread) => {
        const isOwn = picks(this.#classes.matcherOf([spreadTerm(spread, terms.namespace)]));
        const { maxSkew, minDomains = 1 } = spread;
        return { ...this.#spreadCounter(spread, terms), maxSkew, minDomains, own: isOwn ? 1 : 0 };
      }),
      prefer: [
        ...terms.preferred.map(({ weight, ...term }) => {
          return { ...this.#counter(term.topologyKey, 'preferred-pods', [term]), weight, isSpread: false };
        }),
        ...terms.spread
          .filter((spread) => !mustHold(spread))
          .map((spread) => {
            const { key, counter } = this.#spreadCounter(spread, terms);
            return { key, counter, weight: SPREAD_WEIGHT, isSpread: true };
          }),
      ],
      bumps: [...new Set(bumps)].sort((a, b) => a - b),
    };
  }
}

function mustHold({ whenUnsatisfiable }: TopologySpread): boolean {
  return whenUnsatisfiable === 'DoNotSchedule';
}

function podTermsOf(terms: Terms): readonly PodTerm[] {
  const spread = terms.spread.map((one) => spreadTerm(one, terms.namespace));
  return [...terms.near, ...terms.apart, ...terms.preferred, ...spread];
}

/** A spread counts pods of the pod's own namespace only. */
function spreadTerm({ selector }: TopologySpread, namespace: string): PodTerm {
  return { selector, namespaces: [namespace] };
}

function distinct(rules: readonly DomainRule[]): readonly DomainRule[] {
  const byCounter = new Map(rules.map((rule) => [rule.counter, rule]));
  return [...byCounter.values()].sort((a, b) => a.counter - b.counter);
}
