import { selectsNode } from '../../model/pod.ts';
import { untoleratedTaint } from '../../model/taint.ts';
import type { Eligibility } from './compiled-terms.ts';
import type { Place } from './place.ts';
import { HOST, HOSTNAME, type TopologyRules } from './topology-rules.ts';

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
    const nameOf = namerOf(rules);
    const sites = new Map<string, number>();
    const first: Place[] = [];
    this.siteOf = new Int32Array(places.length);
    places.forEach((place, index) => {
      const name = nameOf(place);
      let site = sites.get(name);
      if (site === undefined) {
        site = first.push(place) - 1;
        sites.set(name, site);
      }
      this.siteOf[index] = site;
    });
    this.count = first.length;
    const values = rules.keys.map(() => new Map<string, number>());
    this.#domains = rules.keys.map((key, index) =>
      Int32Array.from(first, (place) => domainOf(place, key, index === HOST ? undefined : values[index])),
    );
    this.domainCounts = values.map((known) => known.size);
    this.#eligible = rules.eligibilities.map((one) =>
      Uint8Array.from(first, (place) => (isEligible(one, place) ? 1 : 0)),
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

interface NamedPlace {
  readonly asked: string;
  readonly name: string;
}

/** The last name of each place, since a node is asked by the same rules round after round. */
const named = new WeakMap<Place, NamedPlace>();

/** Names places so that those have the same name which no rule can tell apart. */
function namerOf({ keys, eligibilities, eligibilityTexts }: TopologyRules): (place: Place) => string {
  // In an order that does not depend on which pod was seen first.
  const sortedKeys = keys.slice(1).sort();
  const sorted = [...eligibilityTexts]
    .map((text, id) => ({ text, one: eligibilities[id] }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  const asked = JSON.stringify([sortedKeys, sorted.map(({ text }) => text)]);
  return (place) => {
    const known = named.get(place);
    if (known?.asked === asked) return known.name;
    const host = place.labels[HOSTNAME] === undefined ? '' : 'host';
    const values = sortedKeys.map((key) => place.labels[key] ?? null);
    const eligible = sorted.map(({ one }) => (one !== undefined && isEligible(one, place) ? 1 : 0));
    const name = JSON.stringify([host, values, eligible.join('')]);
    named.set(place, { asked, name });
    return name;
  };
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
