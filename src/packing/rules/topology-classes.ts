import { selectsNode } from '../../model/pod.ts';
import { untoleratedTaint } from '../../model/taint.ts';
import type { Eligibility } from './compiled-terms.ts';
import type { Place } from './place.ts';
import { HOST, HOSTNAME, type TopologyRules } from './topology-rules.ts';

/** A domain where the node has no such label. */
export const NO_DOMAIN = -1;

/**
 * Topology classes: nodes that are in the same domain of every topology key that a rule uses (hostname aside) and are eligible
 * for the same spreads. If rules use zones alone, a class is a zone; without rules beyond single nodes there is one class. Moving
 * pods between nodes of one class affects only rules about single nodes.
 */
export class TopologyClasses {
  /** The topology class of each place. */
  readonly classOfNode: Int32Array;
  readonly count: number;
  /** How many different values each key has. */
  readonly domainCounts: readonly number[];
  readonly #domains: readonly Int32Array[];
  readonly #eligible: readonly Uint8Array[];

  constructor(places: readonly Place[], rules: TopologyRules) {
    const nameOf = namerOf(rules);
    const topologyClasses = new Map<string, number>();
    const first: Place[] = [];
    this.classOfNode = new Int32Array(places.length);
    places.forEach((place, index) => {
      const name = nameOf(place);
      let topologyClass = topologyClasses.get(name);
      if (topologyClass === undefined) {
        topologyClass = first.push(place) - 1;
        topologyClasses.set(name, topologyClass);
      }
      this.classOfNode[index] = topologyClass;
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

  /** The topology class's domain under a key; under `HOST` only whether its nodes have a hostname, 0 for yes. */
  domain(key: number, topologyClass: number): number {
    return this.#domains[key]?.[topologyClass] ?? NO_DOMAIN;
  }

  hasHostname(topologyClass: number): boolean {
    return this.domain(HOST, topologyClass) !== NO_DOMAIN;
  }

  isEligible(eligibility: number, topologyClass: number): boolean {
    return this.#eligible[eligibility]?.[topologyClass] === 1;
  }

  /** The domains of a key that a spread counts, those without a pod included. */
  eligibleDomains(eligibility: number, key: number): readonly number[] {
    const found = new Set<number>();
    for (let topologyClass = 0; topologyClass < this.count; topologyClass += 1) {
      if (this.isEligible(eligibility, topologyClass)) found.add(this.domain(key, topologyClass));
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
