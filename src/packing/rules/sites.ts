import { selectsNode } from '../../model/pod.ts';
import { untoleratedTaint } from '../../model/taint.ts';
import type { Eligibility } from './compiled-terms.ts';
import type { Place } from './place.ts';
import { HOST, type TopologyRules } from './topology-rules.ts';

/** A domain where the node has no such label. */
export const NO_DOMAIN = -1;

/**
 * Places that no topology rule can tell apart are one site: they have the same value of each node label that a rule looks
 * at, their hostname aside, and count or do not count for the same spreads. With zones alone in play a site is a zone;
 * where no rule looks beyond single nodes, all places are one. Pods may change nodes within a site without any rule but
 * those about single nodes noticing.
 */
export class Sites {
  /** The site of each place. */
  readonly siteOf: Int32Array;
  readonly count: number;
  /** How many different values each key has. */
  readonly domainCounts: readonly number[];
  readonly #domains: readonly Int32Array[];
  readonly #eligible: readonly Uint8Array[];

  constructor(places: readonly Place[], rules: TopologyRules) {
    const values = rules.keys.map(() => new Map<string, number>());
    const sites = new Map<string, number>();
    const firstOf: number[] = [];
    this.siteOf = new Int32Array(places.length);
    const eligible = places.map((place) => rules.eligibilities.map((one) => isEligible(one, place)));
    const domains = places.map((place) =>
      rules.keys.map((key, index) => domainOf(place, key, index === HOST ? undefined : values[index])),
    );
    places.forEach((_, index) => {
      const name = `${domains[index]?.join()} ${eligible[index]?.map(Number).join('')}`;
      const site = sites.get(name) ?? firstOf.push(index) - 1;
      sites.set(name, site);
      this.siteOf[index] = site;
    });
    this.count = firstOf.length;
    this.domainCounts = values.map((known) => known.size);
    this.#domains = rules.keys.map((_, key) =>
      Int32Array.from(firstOf, (place) => domains[place]?.[key] ?? NO_DOMAIN),
    );
    this.#eligible = rules.eligibilities.map((_, id) =>
      Uint8Array.from(firstOf, (place) => (eligible[place]?.[id] === true ? 1 : 0)),
    );
  }

  /** The site's domain under a key; under `HOST` only whether its nodes have a hostname, 0 for yes. */
  domain(key: number, site: number): number {
    return this.#domains[key]?.[site] ?? NO_DOMAIN;
  }

  hasHostname(site: number): boolean {
    return this.domain(HOST, site) !== NO_DOMAIN;
  }

  isEligible(eligibility: number, site: number): boolean {
    return this.#eligible[eligibility]?.[site] === 1;
  }

  /** The domains of a key that a spread counts, those without a pod included. */
  eligibleDomains(eligibility: number, key: number): readonly number[] {
    const found = new Set<number>();
    for (let site = 0; site < this.count; site += 1) {
      if (this.isEligible(eligibility, site)) found.add(this.domain(key, site));
    }
    found.delete(NO_DOMAIN);
    return [...found];
  }
}

function domainOf(place: Place, key: string, known: Map<string, number> | undefined): number {
  const value = place.labels[key];
  if (value === undefined) return NO_DOMAIN;
  if (known === undefined) return 0;
  const domain = known.get(value) ?? known.size;
  known.set(value, domain);
  return domain;
}

function isEligible(eligibility: Eligibility, place: Place): boolean {
  if (!eligibility.keys.every((key) => place.labels[key] !== undefined)) return false;
  if (!selectsNode(eligibility, place.labels)) return false;
  const { tolerations } = eligibility;
  return tolerations === undefined || untoleratedTaint(tolerations, place.taints) === undefined;
}
