import type { Pod } from '../../model/pod.ts';
import {
  type CompiledSpread,
  type CompiledTerms,
  type CountedTerm,
  type Eligibility,
  mustHold,
  type PodTopology,
  termsAmong,
  termsOf,
} from './compiled-terms.ts';
import { LabelIndex, MatcherIndex } from './counter-index.ts';
import { LabelClasses } from './label-classes.ts';
import { type LabelMarks, marksOf } from './label-marks.ts';
import { ValueInterner } from './value-interner.ts';

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

/** The topology rules of a pod towards other pods, compiled to counters. */
export interface RuleSet {
  /** Anti-affinity, its own and that of other pods: the domain must have no counted pod. */
  readonly antiAffinity: readonly DomainRule[];
  /** Affinity: each counter must count a pod in the domain. */
  readonly affinity: readonly DomainRule[];
  /** Whether the affinity is waived while no pod is counted anywhere. */
  readonly mayBeFirst: boolean;
  readonly spread: readonly SpreadRule[];
  readonly preferences: readonly PreferenceRule[];
  /** Counters that count the pod, on any node. */
  readonly countedBy: readonly number[];
}

/** A spread that is only preferred weighs as much as the strongest of other preferences. */
const SPREAD_WEIGHT = 100;

const NOTHING: readonly number[] = [];

/**
 * The rules of the pods that are to be placed, as numbers: counters of pods by domain, which of them a pod reads and which it
 * adds to. Of pods that stand already, only terms that pick one of these pods make counters; all their terms say which node
 * labels matter, so that domains are the same whatever is placed.
 */
export class TopologyRules {
  /** Node labels that rules look at; `HOSTNAME` is the first. */
  readonly keys: string[] = [HOSTNAME];
  readonly counters: Counter[] = [];
  readonly eligibilities: Eligibility[] = [];
  readonly #keyIds = new Map([[HOSTNAME, HOST]]);
  readonly #counterIds = new Map<string, number>();
  readonly #eligibilityIds = new Map<string, number>();
  readonly #classes: LabelClasses;
  readonly #index = new MatcherIndex<number>();
  readonly #nameIds = new Map<string, number>();
  readonly #idOfTerms = new Map<CompiledTerms, number>();
  readonly #idOfPod = new Map<PodTopology, number>();
  readonly #known = new Map<string, number>();
  readonly #sets = new ValueInterner<RuleSet>();
  /** Of standing pods: what those of these labels add to, and those with these lists of anti-affinity as their holders. */
  readonly #picked = new Map<PodTopology['labels'], Map<string, readonly number[]>>();
  readonly #held = new Map<object, readonly number[]>();
  #hasHolders = false;
  /** Made when all counters are there. */
  #marks: { readonly found: LabelMarks | undefined } | undefined;

  /** `existing`: of each node, the pods that stand there. */
  constructor(pods: readonly PodTopology[], existing: readonly (readonly PodTopology[])[] = []) {
    const own = new Set<CompiledTerms>();
    for (const pod of pods) own.add(termsOf(pod));
    const others = new Set<CompiledTerms>();
    for (const list of existing) for (const terms of termsAmong(list)) if (!own.has(terms)) others.add(terms);
    this.#classes = new LabelClasses([...own, ...others]);
    for (const terms of own) this.#addCounters(terms, () => true);
    if (others.size > 0) {
      const placed = new LabelIndex(pods);
      for (const terms of others) this.#addCounters(terms, ({ matches }) => placed.hasPicked(matches));
    }
  }

  /** Texts of the eligibilities, equal where these are. */
  get eligibilityTexts(): Iterable<string> {
    return this.#eligibilityIds.keys();
  }

  /** Id of the pod's rules; pods with the same id are equal for every rule. */
  idOf(pod: PodTopology): number {
    const known = this.#idOfPod.get(pod);
    if (known !== undefined) return known;
    const id = this.#idOfKind(pod);
    this.#idOfPod.set(pod, id);
    return id;
  }

  ruleSet(id: number): RuleSet {
    const set = this.#sets.values[id];
    if (set === undefined) throw new RangeError(`no rule set ${id}`);
    return set;
  }

  /** Of the pods of a node, those that may add to a counter or hold a port; it may name some that do neither. */
  countedAmong(pods: readonly Pod[]): readonly Pod[] {
    this.#marks ??= { found: this.#index.marks() };
    const { labels, holders } = marksOf(pods);
    return this.#marks.found?.mayHaveAny(labels) === false ? holders : pods;
  }

  /** The counters that a pod which stands already adds to. */
  bumpsOf(pod: PodTopology): readonly number[] {
    const picked = this.#index.mayPick(pod.namespace) ? this.#pickedBy(pod) : NOTHING;
    if (!this.#hasHolders || pod.podAntiAffinity.length === 0) return picked;
    const held = this.#heldBy(pod);
    return held.length === 0 ? picked : [...picked, ...held];
  }

  #idOfKind(pod: PodTopology): number {
    const terms = termsOf(pod);
    const name = `${this.#classes.classOf(pod)} ${this.#idOfName(terms)}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const id = this.#sets.of(this.#ruleSet(terms, pod));
    this.#known.set(name, id);
    return id;
  }

  #idOfName(terms: CompiledTerms): number {
    let id = this.#idOfTerms.get(terms);
    if (id === undefined) {
      id = idIn(this.#nameIds, terms.name);
      this.#idOfTerms.set(terms, id);
    }
    return id;
  }

  #pickedBy(pod: PodTopology): readonly number[] {
    let byNamespace = this.#picked.get(pod.labels);
    if (byNamespace === undefined) this.#picked.set(pod.labels, (byNamespace = new Map()));
    let picked = byNamespace.get(pod.namespace);
    if (picked === undefined) {
      picked = this.#countersPicking(pod).filter((id) => this.counters[id]?.counts !== 'holders');
      byNamespace.set(pod.namespace, picked);
    }
    return picked;
  }

  #heldBy(pod: PodTopology): readonly number[] {
    const known = this.#held.get(pod.podAntiAffinity);
    if (known !== undefined) return known;
    const held = termsOf(pod).apart.flatMap((term) => this.#find(term, 'holders') ?? []);
    this.#held.set(pod.podAntiAffinity, held);
    return held;
  }

  /** In ascending order. */
  #countersPicking(pod: PodTopology): readonly number[] {
    const labelClass = this.#classes.classOf(pod);
    const found = new Set<number>();
    this.#index.forEachNear(pod, (id) => {
      if (this.#classes.picks(this.counters[id]?.matcher ?? -1, labelClass)) found.add(id);
    });
    return [...found].sort((a, b) => a - b);
  }

  #addCounters(terms: CompiledTerms, isCounted: (term: CountedTerm) => boolean): void {
    const add = (term: CountedTerm, ...kinds: readonly Exclude<Counter['counts'], 'living-pods'>[]) => {
      this.#keyOf(term.topologyKey);
      if (isCounted(term)) for (const counts of kinds) this.#counter(term, counts);
    };
    for (const term of terms.near) add(term, 'pods');
    for (const term of terms.apart) add(term, 'pods', 'holders');
    for (const spread of terms.spread) {
      this.#keyOf(spread.topologyKey);
      this.#eligibility(spread);
      if (isCounted(spread)) this.#spreadCounter(spread);
    }
    for (const term of terms.preferred) add(term, 'preferred-pods');
  }

  #counter(term: CountedTerm, counts: Counter['counts'], eligibility?: number): DomainRule {
    const key = this.#keyOf(term.topologyKey);
    const matcher = this.#classes.matcherOf(term);
    const before = this.counters.length;
    const counter = idIn(this.#counterIds, counterName(key, counts, matcher, eligibility));
    if (counter === before) {
      this.counters.push({ key, counts, matcher, eligibility });
      this.#index.add(term.matches, counter);
      this.#marks = undefined;
      if (counts === 'holders') this.#hasHolders = true;
    }
    return { key, counter };
  }

  #find(term: CountedTerm, counts: Counter['counts']): number | undefined {
    const name = counterName(this.#keyOf(term.topologyKey), counts, this.#classes.matcherOf(term));
    return this.#counterIds.get(name);
  }

  #spreadCounter(spread: CompiledSpread): DomainRule & { readonly eligibility: number } {
    const eligibility = this.#eligibility(spread);
    return { ...this.#counter(spread, 'living-pods', eligibility), eligibility };
  }

  #eligibility({ eligibility, eligibilityText }: CompiledSpread): number {
    const id = idIn(this.#eligibilityIds, eligibilityText);
    if (id === this.eligibilities.length) this.eligibilities.push(eligibility);
    return id;
  }

  #keyOf(topologyKey: string): number {
    const key = idIn(this.#keyIds, topologyKey);
    if (key === this.keys.length) this.keys.push(topologyKey);
    return key;
  }

  #ruleSet(terms: CompiledTerms, pod: PodTopology): RuleSet {
    const labelClass = this.#classes.classOf(pod);
    const own = terms.apart.map((term) => this.#counter(term, 'pods'));
    const held = terms.apart.map((term) => this.#counter(term, 'holders').counter);
    const affinity = terms.near.map((term) => this.#counter(term, 'pods'));
    const picks = (term: CountedTerm) => this.#classes.picks(this.#classes.matcherOf(term), labelClass);
    const guards: DomainRule[] = [];
    const countedBy: number[] = [...held];
    for (const counter of this.#countersPicking(pod)) {
      const { key = HOST, counts } = this.counters[counter] ?? {};
      if (counts === 'holders') guards.push({ key, counter });
      else countedBy.push(counter);
    }
    return {
      antiAffinity: distinct([...own, ...guards]),
      affinity: distinct(affinity),
      mayBeFirst: terms.near.length > 0 && terms.near.every(picks),
      spread: terms.spread
        .filter(({ spread }) => mustHold(spread))
        .map((term) => {
          const { maxSkew, minDomains = 1 } = term.spread;
          return { ...this.#spreadCounter(term), maxSkew, minDomains, own: picks(term) ? 1 : 0 };
        }),
      preferences: [
        ...terms.preferred.map((term) => {
          return { ...this.#counter(term, 'preferred-pods'), weight: term.weight, isSpread: false };
        }),
        ...terms.spread
          .filter(({ spread }) => !mustHold(spread))
          .map((term) => {
            const { key, counter } = this.#spreadCounter(term);
            return { key, counter, weight: SPREAD_WEIGHT, isSpread: true };
          }),
      ],
      countedBy: [...new Set(countedBy)].sort((a, b) => a - b),
    };
  }
}

function counterName(key: number, counts: Counter['counts'], matcher: number, eligibility?: number): string {
  return `${key} ${counts} ${matcher} ${eligibility ?? ''}`;
}

/** The number of a text, the next one when it is new. */
function idIn(ids: Map<string, number>, text: string): number {
  const known = ids.get(text);
  if (known !== undefined) return known;
  const id = ids.size;
  ids.set(text, id);
  return id;
}

function distinct(rules: readonly DomainRule[]): readonly DomainRule[] {
  const byCounter = new Map(rules.map((rule) => [rule.counter, rule]));
  return [...byCounter.values()].sort((a, b) => a.counter - b.counter);
}
