import { NO_DOMAIN, type Sites } from './sites.ts';
import {
  type DomainRule,
  HOST,
  type RuleSet,
  type SpreadRule,
  type TopologyRules,
} from './topology-rules.ts';

/** Stands for a node that is not there yet, which no pod stands on. */
export const FRESH = -1;

/** A rule set split by where it is judged: for a whole site at once, or node by node. */
interface SplitRules {
  readonly siteApart: readonly DomainRule[];
  readonly siteSpread: readonly CountedSpread[];
  readonly hostApart: readonly DomainRule[];
  readonly hostSpread: readonly CountedSpread[];
  readonly near: readonly DomainRule[];
  readonly isNearByHost: boolean;
  readonly mayBeFirst: boolean;
}

interface CountedSpread extends SpreadRule {
  /** Domains with or without pods that count towards the fewest. */
  readonly domains: readonly number[];
}

/**
 * How many pods of each kind stand in each domain, and what the rules make of it. A domain is there when a node of it is
 * there or can be bought: so a spread fills zones that have no node yet, and two pods that spread over hostnames never
 * share a node on the ground that all other nodes have one, since the next node to come has none.
 */
export class DomainCounts {
  readonly #rules: TopologyRules;
  readonly #sites: Sites;
  /** Whether any node may still be bought, so that a hostname without pods is always at hand. */
  readonly #mayGrow: boolean;
  readonly #bySite: Int32Array[];
  readonly #byHost: Uint16Array[];
  readonly #totals: Int32Array;
  readonly #split: (SplitRules | undefined)[] = [];
  readonly #siteOfHost: number[] = [];

  constructor(rules: TopologyRules, sites: Sites, mayGrow: boolean) {
    this.#rules = rules;
    this.#sites = sites;
    this.#mayGrow = mayGrow;
    const counters = rules.counters.values;
    this.#totals = new Int32Array(counters.length);
    this.#bySite = counters.map(
      ({ key }) => new Int32Array(key === HOST ? 0 : (sites.domainCounts[key] ?? 0)),
    );
    this.#byHost = counters.map(() => new Uint16Array(0));
  }

  /** One more node; nodes are numbered from 0 in the order in which they come. */
  addHost(site: number): void {
    const hosts = this.#siteOfHost.push(site);
    this.#rules.counters.values.forEach(({ key }, counter) => {
      const counts = this.#byHost[counter];
      if (key !== HOST || counts === undefined || hosts <= counts.length) return;
      const grown = new Uint16Array(Math.max(64, hosts * 2));
      grown.set(counts);
      this.#byHost[counter] = grown;
    });
  }

  /** Counts a pod that was put on a node of the site, or with -1 one that was taken away. */
  bump(ruleSet: number, site: number, host: number, by: 1 | -1): void {
    for (const counter of this.#rules.ruleSet(ruleSet).bumps) this.#bumpOne(counter, site, host, by);
  }

  /** The same for a pod that is being deleted: rules of affinity see it still, spread does not. */
  bumpLeaving(ruleSet: number, site: number, host: number): void {
    for (const counter of this.#rules.ruleSet(ruleSet).bumps) {
      if (this.#rules.counters.values[counter]?.counts !== 'living-pods')
        this.#bumpOne(counter, site, host, 1);
    }
  }

  /** Whether the rules that look at more than single nodes let such a pod onto any node of the site now. */
  allowsSite(ruleSet: number, site: number): boolean {
    const { siteApart, siteSpread, near, isNearByHost, mayBeFirst } = this.splitOf(ruleSet);
    for (const rule of siteApart) if (this.#count(rule, site, FRESH) > 0) return false;
    for (const rule of siteSpread) if (!this.#isEven(rule, site, FRESH)) return false;
    return isNearByHost || near.length === 0 || this.#isNear({ near, mayBeFirst }, site, FRESH);
  }

  /** Whether the rules about single nodes let such a pod onto this one; `FRESH` for one that is yet to be bought. */
  allowsHost(ruleSet: number, site: number, host: number): boolean {
    const { hostApart, hostSpread, near, isNearByHost, mayBeFirst } = this.splitOf(ruleSet);
    for (const rule of hostApart) if (this.#count(rule, site, host) > 0) return false;
    for (const rule of hostSpread) if (!this.#isEven(rule, site, host)) return false;
    return !isNearByHost || this.#isNear({ near, mayBeFirst }, site, host);
  }

  splitOf(ruleSet: number): SplitRules {
    return (this.#split[ruleSet] ??= this.#splitRules(this.#rules.ruleSet(ruleSet)));
  }

  /** Whether a node that refused such a pod may take it once other nodes have filled. */
  hasMovingHosts(ruleSet: number): boolean {
    const { isNearByHost, hostSpread } = this.splitOf(ruleSet);
    return isNearByHost || (hostSpread.length > 0 && !this.#mayGrow);
  }

  #splitRules({ apart, spread, near, mayBeFirst }: RuleSet): SplitRules {
    const counted = spread.map((rule) => ({
      ...rule,
      domains: rule.key === HOST ? [] : this.#sites.eligibleDomains(rule.eligibility, rule.key),
    }));
    return {
      siteApart: apart.filter(({ key }) => key !== HOST),
      hostApart: apart.filter(({ key }) => key === HOST),
      siteSpread: counted.filter(({ key }) => key !== HOST),
      hostSpread: counted.filter(({ key }) => key === HOST),
      near,
      isNearByHost: near.some(({ key }) => key === HOST),
      mayBeFirst,
    };
  }

  #bumpOne(counter: number, site: number, host: number, by: 1 | -1): void {
    const { key, eligibility } = this.#rules.counters.values[counter] ?? { key: HOST };
    if (eligibility !== undefined && !this.#sites.isEligible(eligibility, site)) return;
    const domain = this.#sites.domain(key, site);
    if (domain === NO_DOMAIN) return;
    const counts = key === HOST ? this.#byHost[counter] : this.#bySite[counter];
    if (counts === undefined) return;
    const at = key === HOST ? host : domain;
    counts[at] = (counts[at] ?? 0) + by;
    this.#totals[counter] = (this.#totals[counter] ?? 0) + by;
  }

  #count({ key, counter }: DomainRule, site: number, host: number): number {
    if (key === HOST) return host === FRESH ? 0 : (this.#byHost[counter]?.[host] ?? 0);
    const domain = this.#sites.domain(key, site);
    return domain === NO_DOMAIN ? 0 : (this.#bySite[counter]?.[domain] ?? 0);
  }

  /** Affinity: all its terms hold in the node's domains, or the pod is the first of its kind. */
  #isNear(
    { near, mayBeFirst }: Pick<SplitRules, 'near' | 'mayBeFirst'>,
    site: number,
    host: number,
  ): boolean {
    let isMissing = false;
    let isAnywhere = false;
    for (const rule of near) {
      if (this.#sites.domain(rule.key, site) === NO_DOMAIN) return false;
      if (this.#count(rule, site, host) === 0) isMissing = true;
      if ((this.#totals[rule.counter] ?? 0) > 0) isAnywhere = true;
    }
    return !isMissing || (mayBeFirst && !isAnywhere);
  }

  #isEven(rule: CountedSpread, site: number, host: number): boolean {
    if (this.#sites.domain(rule.key, site) === NO_DOMAIN) return false;
    return this.#count(rule, site, host) + rule.own - this.#fewest(rule) <= rule.maxSkew;
  }

  #fewest({ key, counter, domains, minDomains, eligibility }: CountedSpread): number {
    if (key === HOST) return this.#mayGrow ? 0 : this.#fewestOnHost(counter, minDomains, eligibility);
    if (domains.length < minDomains || domains.length === 0) return 0;
    const counts = this.#bySite[counter];
    let fewest = Number.POSITIVE_INFINITY;
    for (const domain of domains) fewest = Math.min(fewest, counts?.[domain] ?? 0);
    return fewest;
  }

  #fewestOnHost(counter: number, minDomains: number, eligibility: number): number {
    let hosts = 0;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [host, site] of this.#siteOfHost.entries()) {
      if (!this.#sites.isEligible(eligibility, site)) continue;
      hosts += 1;
      fewest = Math.min(fewest, this.#byHost[counter]?.[host] ?? 0);
    }
    return hosts < minDomains || hosts === 0 ? 0 : fewest;
  }
}
