import { NO_DOMAIN, type TopologyClasses } from './topology-classes.ts';
import {
  type DomainRule,
  HOST,
  type PreferenceRule,
  type RuleSet,
  type SpreadRule,
  type TopologyRules,
} from './topology-rules.ts';

/** The part of a rule set that is the same for all nodes of a topology class. */
export interface ClassRuleSet {
  readonly antiAffinity: readonly DomainRule[];
  readonly affinity: readonly DomainRule[];
  /** Whether the affinity is over hostnames, so that topology classes do not decide it. */
  readonly isAffinityByHost: boolean;
  readonly mayBeFirst: boolean;
  readonly spread: readonly ClassSpread[];
  readonly preferences: readonly PreferenceRule[];
}

interface ClassSpread extends SpreadRule {
  /** Domains with or without pods that count towards the fewest. */
  readonly domains: readonly number[];
}

/**
 * Numbers of pods by counter and topology domain, hostnames aside, and the rules that use them. A domain exists if a node of it
 * is present or can be bought, so a spread also fills zones without nodes.
 */
export class TopologyCounts {
  readonly #rules: TopologyRules;
  readonly #topologyClasses: TopologyClasses;
  readonly #byDomain: readonly Int32Array[];
  readonly #totals: Int32Array;
  /** Compiled once for all copies. */
  readonly #sets: (ClassRuleSet | undefined)[];

  /** Nobody counted; or, given other counts, a copy of these. */
  constructor(rules: TopologyRules, topologyClasses: TopologyClasses, from?: TopologyCounts) {
    this.#rules = rules;
    this.#topologyClasses = topologyClasses;
    this.#sets = from === undefined ? [] : from.#sets;
    this.#totals = from === undefined ? new Int32Array(rules.counters.length) : from.#totals.slice();
    this.#byDomain =
      from === undefined
        ? rules.counters.map(
            ({ key }) => new Int32Array(key === HOST ? 0 : (topologyClasses.domainCounts[key] ?? 0)),
          )
        : from.#byDomain.map((counts) => (counts.length === 0 ? counts : counts.slice()));
  }

  copy(): TopologyCounts {
    return new TopologyCounts(this.#rules, this.#topologyClasses, this);
  }

  ofRuleSet(id: number): ClassRuleSet {
    return (this.#sets[id] ??= this.#compile(this.#rules.ruleSet(id)));
  }

  /** Counts a pod that was put on a node of the topology class. */
  add(ruleSet: number, topologyClass: number): void {
    for (const counter of this.#rules.ruleSet(ruleSet).countedBy) this.#addTo(counter, topologyClass, 1);
  }

  /** Counts a pod that stood on a node of the topology class before, by one of the counters that it adds to. */
  addStanding(counter: number, topologyClass: number): void {
    this.#addTo(counter, topologyClass, 1);
  }

  /** Stops counting a pod that was removed from a node of the topology class. */
  remove(ruleSet: number, topologyClass: number): void {
    for (const counter of this.#rules.ruleSet(ruleSet).countedBy) this.#addTo(counter, topologyClass, -1);
  }

  /** Whether the rules beyond single nodes allow such a pod in the topology class now. */
  allows(ruleSet: number, topologyClass: number): boolean {
    const { antiAffinity, spread, affinity, isAffinityByHost } = this.ofRuleSet(ruleSet);
    for (const rule of antiAffinity) if (this.#count(rule, topologyClass) > 0) return false;
    for (const rule of spread) if (!this.#satisfiesSpread(rule, topologyClass)) return false;
    if (affinity.length === 0) return true;
    if (affinity.some(({ key }) => this.#topologyClasses.domain(key, topologyClass) === NO_DOMAIN))
      return false;
    return isAffinityByHost || this.#hasAffinity(affinity, topologyClass) || this.isFirst(ruleSet);
  }

  /** Whether no pod matches the affinity of such a pod yet and it matches the term itself. */
  isFirst(ruleSet: number): boolean {
    const { affinity, mayBeFirst } = this.ofRuleSet(ruleSet);
    return mayBeFirst && affinity.every(({ counter }) => this.#totals[counter] === 0);
  }

  /** Affinity score of the topology class for such pods now: a sum of weights of -100 to 100 each. */
  affinityScore(ruleSet: number, topologyClass: number): number {
    let affinityScore = 0;
    for (const rule of this.ofRuleSet(ruleSet).preferences)
      affinityScore += affinityScoreOf(rule, this.#count(rule, topologyClass));
    return affinityScore;
  }

  #compile({ antiAffinity, affinity, mayBeFirst, spread, preferences }: RuleSet): ClassRuleSet {
    return {
      antiAffinity: antiAffinity.filter(({ key }) => key !== HOST),
      affinity,
      isAffinityByHost: affinity.some(({ key }) => key === HOST),
      mayBeFirst,
      preferences: preferences.filter(({ key }) => key !== HOST),
      spread: spread
        .filter(({ key }) => key !== HOST)
        .map((rule) => ({
          ...rule,
          domains: this.#topologyClasses.eligibleDomains(rule.eligibility, rule.key),
        })),
    };
  }

  #addTo(counter: number, topologyClass: number, by: 1 | -1): void {
    const { key = HOST, eligibility } = this.#rules.counters[counter] ?? {};
    if (eligibility !== undefined && !this.#topologyClasses.isEligible(eligibility, topologyClass)) return;
    const domain = this.#topologyClasses.domain(key, topologyClass);
    if (domain === NO_DOMAIN) return;
    this.#totals[counter] = (this.#totals[counter] ?? 0) + by;
    const byDomain = this.#byDomain[counter];
    if (key !== HOST && byDomain !== undefined) byDomain[domain] = (byDomain[domain] ?? 0) + by;
  }

  #count({ key, counter }: DomainRule, topologyClass: number): number {
    const domain = this.#topologyClasses.domain(key, topologyClass);
    return domain === NO_DOMAIN ? 0 : (this.#byDomain[counter]?.[domain] ?? 0);
  }

  #hasAffinity(affinity: readonly DomainRule[], topologyClass: number): boolean {
    return affinity.every((rule) => this.#count(rule, topologyClass) > 0);
  }

  #satisfiesSpread(rule: ClassSpread, topologyClass: number): boolean {
    if (this.#topologyClasses.domain(rule.key, topologyClass) === NO_DOMAIN) return false;
    return this.#count(rule, topologyClass) + rule.own - this.#fewest(rule) <= rule.maxSkew;
  }

  #fewest({ counter, domains, minDomains }: ClassSpread): number {
    if (domains.length < minDomains || domains.length === 0) return 0;
    const byDomain = this.#byDomain[counter];
    let fewest = Number.POSITIVE_INFINITY;
    for (const domain of domains) fewest = Math.min(fewest, byDomain?.[domain] ?? 0);
    return fewest;
  }
}

/** Score of a preference for a domain with `count` matching pods. */
export function affinityScoreOf(
  { weight, isSpread }: Pick<PreferenceRule, 'weight' | 'isSpread'>,
  count: number,
): number {
  if (isSpread) return (-weight * count) / (1 + count);
  return count > 0 ? weight : 0;
}
