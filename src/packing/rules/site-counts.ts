import { NO_DOMAIN, type Sites } from './sites.ts';
import {
  type DomainRule,
  HOST,
  type PreferenceRule,
  type RuleSet,
  type SpreadRule,
  type TopologyRules,
} from './topology-rules.ts';

/** Of a rule set, the part that is judged for all nodes of a site at once. */
export interface SiteRuleSet {
  readonly apart: readonly DomainRule[];
  readonly near: readonly DomainRule[];
  /** Whether the affinity asks for a pod on the very node, so that looking at sites is not enough. */
  readonly isNearByHost: boolean;
  readonly mayBeFirst: boolean;
  readonly spread: readonly SiteSpread[];
  readonly prefer: readonly PreferenceRule[];
}

interface SiteSpread extends SpreadRule {
  /** Domains with or without pods that count towards the fewest. */
  readonly domains: readonly number[];
}

/**
 * How many pods of each kind stand in each domain beyond single nodes, and what the rules make of it. A domain is there when
 * a node of it is there or can be bought, so a spread fills zones that have no node yet.
 */
export class SiteCounts {
  readonly #rules: TopologyRules;
  readonly #sites: Sites;
  readonly #byDomain: readonly Int32Array[];
  readonly #totals: Int32Array;
  /** Compiled once for all copies. */
  readonly #sets: (SiteRuleSet | undefined)[];

  /** Nobody counted; or, given other counts, a copy of these. */
  constructor(rules: TopologyRules, sites: Sites, from?: SiteCounts) {
    this.#rules = rules;
    this.#sites = sites;
    this.#sets = from === undefined ? [] : from.#sets;
    this.#totals = from === undefined ? new Int32Array(rules.counters.length) : from.#totals.slice();
    this.#byDomain =
      from === undefined
        ? rules.counters.map(({ key }) => new Int32Array(key === HOST ? 0 : (sites.domainCounts[key] ?? 0)))
        : from.#byDomain.map((counts) => (counts.length === 0 ? counts : counts.slice()));
  }

  copy(): SiteCounts {
    return new SiteCounts(this.#rules, this.#sites, this);
  }

  ofRuleSet(id: number): SiteRuleSet {
    return (this.#sets[id] ??= this.#compile(this.#rules.ruleSet(id)));
  }

  /** Counts a pod that was put on a node of the site. */
  add(ruleSet: number, site: number): void {
    for (const counter of this.#rules.ruleSet(ruleSet).bumps) this.#addTo(counter, site, 1);
  }

  /** Counts a pod that stood on a node of the site before, by one of the counters that it adds to. */
  addStanding(counter: number, site: number): void {
    this.#addTo(counter, site, 1);
  }

  /** Counts a pod no more that was taken from a node of the site. */
  remove(ruleSet: number, site: number): void {
    for (const counter of this.#rules.ruleSet(ruleSet).bumps) this.#addTo(counter, site, -1);
  }

  /** Whether the rules that look beyond single nodes let such a pod onto nodes of the site now. */
  allows(ruleSet: number, site: number): boolean {
    const { apart, spread, near, isNearByHost } = this.ofRuleSet(ruleSet);
    for (const rule of apart) if (this.#count(rule, site) > 0) return false;
    for (const rule of spread) if (!this.#isEven(rule, site)) return false;
    if (near.length === 0) return true;
    if (near.some(({ key }) => this.#sites.domain(key, site) === NO_DOMAIN)) return false;
    return isNearByHost || this.#isNear(near, site) || this.isFirst(ruleSet);
  }

  /** Whether such a pod would be the first of its kind anywhere, and may be. */
  isFirst(ruleSet: number): boolean {
    const { near, mayBeFirst } = this.ofRuleSet(ruleSet);
    return mayBeFirst && near.every(({ counter }) => this.#totals[counter] === 0);
  }

  /** How much such pods prefer the site now: a sum of weights of up to 100 each, negative where they would rather not. */
  favour(ruleSet: number, site: number): number {
    let favour = 0;
    for (const rule of this.ofRuleSet(ruleSet).prefer) favour += favourOf(rule, this.#count(rule, site));
    return favour;
  }

  #compile({ apart, near, mayBeFirst, spread, prefer }: RuleSet): SiteRuleSet {
    return {
      apart: apart.filter(({ key }) => key !== HOST),
      near,
      isNearByHost: near.some(({ key }) => key === HOST),
      mayBeFirst,
      prefer: prefer.filter(({ key }) => key !== HOST),
      spread: spread
        .filter(({ key }) => key !== HOST)
        .map((rule) => ({ ...rule, domains: this.#sites.eligibleDomains(rule.eligibility, rule.key) })),
    };
  }

  #addTo(counter: number, site: number, by: 1 | -1): void {
    const { key = HOST, eligibility } = this.#rules.counters[counter] ?? {};
    if (eligibility !== undefined && !this.#sites.isEligible(eligibility, site)) return;
    const domain = this.#sites.domain(key, site);
    if (domain === NO_DOMAIN) return;
    this.#totals[counter] = (this.#totals[counter] ?? 0) + by;
    const byDomain = this.#byDomain[counter];
    if (key !== HOST && byDomain !== undefined) byDomain[domain] = (byDomain[domain] ?? 0) + by;
  }

  #count({ key, counter }: DomainRule, site: number): number {
    const domain = this.#sites.domain(key, site);
    return domain === NO_DOMAIN ? 0 : (this.#byDomain[counter]?.[domain] ?? 0);
  }

  #isNear(near: readonly DomainRule[], site: number): boolean {
    return near.every((rule) => this.#count(rule, site) > 0);
  }

  #isEven(rule: SiteSpread, site: number): boolean {
    if (this.#sites.domain(rule.key, site) === NO_DOMAIN) return false;
    return this.#count(rule, site) + rule.own - this.#fewest(rule) <= rule.maxSkew;
  }

  #fewest({ counter, domains, minDomains }: SiteSpread): number {
    if (domains.length < minDomains || domains.length === 0) return 0;
    const byDomain = this.#byDomain[counter];
    let fewest = Number.POSITIVE_INFINITY;
    for (const domain of domains) fewest = Math.min(fewest, byDomain?.[domain] ?? 0);
    return fewest;
  }
}

/** What so many counted pods in a domain are worth to a preference. */
export function favourOf(
  { weight, isSpread }: Pick<PreferenceRule, 'weight' | 'isSpread'>,
  count: number,
): number {
  if (isSpread) return (-weight * count) / (1 + count);
  return count > 0 ? weight : 0;
}
