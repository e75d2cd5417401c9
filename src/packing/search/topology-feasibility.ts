import type { PackingContext } from '../filling.ts';
import type { PackingModel, PodGroup } from '../model.ts';
import { type DomainRule, HOST, NO_DOMAIN, type RuleSet } from '../rules.ts';

/** Pods of each group, by topology class. */
export type PodsByClass = readonly ArrayLike<number>[];

/**
 * Whether a distribution of pods over topology classes can satisfy the rules beyond single nodes in any binding order. A
 * necessary condition: it rejects most infeasible distributions at a fraction of the cost of binding the pods one by one.
 */
export class TopologyFeasibility {
  readonly #model: PackingModel;
  readonly #sets: readonly RuleSet[];
  /** Counters that pods on present nodes add to: what these make possible is not judged here. */
  readonly #existing: ReadonlySet<number>;
  /** Counters that only pods add to which all spread by them. */
  readonly #spreadCounters: ReadonlySet<number>;

  constructor({ model, standing: existing }: PackingContext, groups: readonly PodGroup[]) {
    this.#model = model;
    this.#sets = groups.map(({ rules }) => model.rules.ruleSet(rules));
    this.#existing = existing.counters;
    this.#spreadCounters = new Set(
      [...model.rules.counters.keys()].filter(
        (counter) =>
          !this.#existing.has(counter) &&
          this.#sets.every(
            ({ countedBy, spread }) =>
              !countedBy.includes(counter) ||
              spread.some((rule) => rule.counter === counter && rule.own === 1),
          ),
      ),
    );
  }

  isFeasible(pods: PodsByClass): boolean {
    return this.#sets.every((set, group) =>
      pods.every(
        (counts, topologyClass) =>
          (counts[group] ?? 0) === 0 || this.#satisfiesRules(set, topologyClass, pods),
      ),
    );
  }

  #satisfiesRules(
    { antiAffinity, affinity, mayBeFirst, spread, countedBy }: RuleSet,
    topologyClass: number,
    pods: PodsByClass,
  ): boolean {
    const others = (rule: DomainRule) =>
      this.#count(rule, this.#model.topologyClasses.domain(rule.key, topologyClass), pods) -
      (countedBy.includes(rule.counter) ? 1 : 0);
    const isBeyondHosts = ({ key }: DomainRule) =>
      key !== HOST && this.#model.topologyClasses.domain(key, topologyClass) !== NO_DOMAIN;
    if (antiAffinity.some((rule) => isBeyondHosts(rule) && others(rule) > 0)) return false;
    const isAwaited = (rule: DomainRule) => isBeyondHosts(rule) && !this.#existing.has(rule.counter);
    if (!mayBeFirst && affinity.some((rule) => isAwaited(rule) && others(rule) === 0)) return false;
    return spread.every((rule) => {
      if (!isBeyondHosts(rule) || rule.own === 0 || !this.#spreadCounters.has(rule.counter)) return true;
      const { topologyClasses } = this.#model;
      const domains = topologyClasses.eligibleDomains(rule.eligibility, rule.key);
      const fewest =
        domains.length < rule.minDomains
          ? 0
          : Math.min(...domains.map((one) => this.#count(rule, one, pods)));
      return (
        this.#count(rule, topologyClasses.domain(rule.key, topologyClass), pods) - fewest <= rule.maxSkew
      );
    });
  }

  #count({ key, counter }: DomainRule, domain: number, pods: PodsByClass): number {
    const { topologyClasses, rules } = this.#model;
    const eligibility = rules.counters[counter]?.eligibility;
    let count = 0;
    pods.forEach((counts, topologyClass) => {
      if (topologyClasses.domain(key, topologyClass) !== domain) return;
      if (eligibility !== undefined && !topologyClasses.isEligible(eligibility, topologyClass)) return;
      this.#sets.forEach(({ countedBy }, group) => {
        if (countedBy.includes(counter)) count += counts[group] ?? 0;
      });
    });
    return count;
  }
}
