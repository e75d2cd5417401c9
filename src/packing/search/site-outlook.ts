import type { Workbench } from '../filling/draft-fleet.ts';
import type { PackingModel } from '../model/packing-model.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import { NO_DOMAIN } from '../rules/sites.ts';
import { type DomainRule, HOST, type RuleSet } from '../rules/topology-rules.ts';

/** Pods of each group at a site, by site. */
export type PodsAtSites = readonly ArrayLike<number>[];

/**
 * Whether pods that are bound, in whatever order, could come to stand like this: what the rules beyond single nodes ask of
 * the outcome alone. It says no to most of what cannot be, at a fraction of the price of binding the pods one by one.
 */
export class SiteOutlook {
  readonly #model: PackingModel;
  readonly #sets: readonly RuleSet[];
  /** Counters that pods on present nodes add to: what these make possible is not judged here. */
  readonly #standing: ReadonlySet<number>;
  /** Counters that only pods add to which all spread by them. */
  readonly #evenCounters: ReadonlySet<number>;

  constructor({ model, standing }: Workbench, groups: readonly PodGroup[]) {
    this.#model = model;
    this.#sets = groups.map(({ rules }) => model.rules.ruleSet(rules));
    this.#standing = standing.counters;
    this.#evenCounters = new Set(
      [...model.rules.counters.keys()].filter(
        (counter) =>
          !this.#standing.has(counter) &&
          this.#sets.every(
            ({ bumps, spread }) =>
              !bumps.includes(counter) || spread.some((rule) => rule.counter === counter && rule.own === 1),
          ),
      ),
    );
  }

  mayCome(pods: PodsAtSites): boolean {
    return this.#sets.every((set, group) =>
      pods.every((counts, site) => (counts[group] ?? 0) === 0 || this.#isAtPeace(set, site, pods)),
    );
  }

  #isAtPeace({ apart, near, mayBeFirst, spread, bumps }: RuleSet, site: number, pods: PodsAtSites): boolean {
    const others = (rule: DomainRule) =>
      this.#count(rule, this.#model.sites.domain(rule.key, site), pods) -
      (bumps.includes(rule.counter) ? 1 : 0);
    const isBeyondHosts = ({ key }: DomainRule) =>
      key !== HOST && this.#model.sites.domain(key, site) !== NO_DOMAIN;
    if (apart.some((rule) => isBeyondHosts(rule) && others(rule) > 0)) return false;
    const isAwaited = (rule: DomainRule) => isBeyondHosts(rule) && !this.#standing.has(rule.counter);
    if (!mayBeFirst && near.some((rule) => isAwaited(rule) && others(rule) === 0)) return false;
    return spread.every((rule) => {
      if (!isBeyondHosts(rule) || rule.own === 0 || !this.#evenCounters.has(rule.counter)) return true;
      const { sites } = this.#model;
      const domains = sites.eligibleDomains(rule.eligibility, rule.key);
      const fewest =
        domains.length < rule.minDomains
          ? 0
          : Math.min(...domains.map((one) => this.#count(rule, one, pods)));
      return this.#count(rule, sites.domain(rule.key, site), pods) - fewest <= rule.maxSkew;
    });
  }

  #count({ key, counter }: DomainRule, domain: number, pods: PodsAtSites): number {
    const { sites, rules } = this.#model;
    const eligibility = rules.counters[counter]?.eligibility;
    let count = 0;
    pods.forEach((counts, site) => {
      if (sites.domain(key, site) !== domain) return;
      if (eligibility !== undefined && !sites.isEligible(eligibility, site)) return;
      this.#sets.forEach(({ bumps }, group) => {
        if (bumps.includes(counter)) count += counts[group] ?? 0;
      });
    });
    return count;
  }
}
