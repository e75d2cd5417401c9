import { affinityScoreOf, HOST, type TopologyClasses, type TopologyRules } from '../rules.ts';
import { type Bits, bitOf, type HostRuleSet, type HostSpread, WORD } from './host-rule-set.ts';
import type { NodeBin } from './node-bin.ts';

/** A pod that is about to be placed: its rules and its binding order. */
export interface IncomingPod {
  readonly hostRules: HostRuleSet;
  /** Pods are bound in ascending order; among equals the order does not matter. */
  readonly bindingOrder: number;
  /**
   * No pod matches its affinity yet and it matches the term itself, so the affinity is waived (as kube-scheduler does for the
   * first pod).
   */
  readonly isFirst: boolean;
}

/**
 * The rules about single nodes: anti-affinity, affinity and spread over hostnames. They are checked by the pods on the node and
 * their binding order, so pods may move between nodes as long as they keep that order.
 */
export class HostRules {
  readonly words: number;
  readonly #rules: TopologyRules;
  readonly #sets: (HostRuleSet | undefined)[] = [];

  constructor(rules: TopologyRules) {
    this.#rules = rules;
    this.words = Math.ceil(rules.counters.length / WORD);
  }

  ofRuleSet(id: number): HostRuleSet {
    return (this.#sets[id] ??= this.#compile(id));
  }

  /** Global minimum of the spread over these nodes; for the case that no further node can be added. */
  fewest(spread: HostSpread, bins: readonly NodeBin[], topologyClasses: TopologyClasses): number {
    let fewest = Number.POSITIVE_INFINITY;
    let hosts = 0;
    for (const bin of bins) {
      if (!topologyClasses.isEligible(spread.eligibility, bin.topologyClass)) continue;
      hosts += 1;
      fewest = Math.min(fewest, countOn(bin, spread, Number.POSITIVE_INFINITY));
    }
    return hosts < spread.minDomains || hosts === 0 ? 0 : fewest;
  }

  #compile(id: number): HostRuleSet {
    const { antiAffinity, countedBy, spread, affinity, preferences } = this.#rules.ruleSet(id);
    const counters = this.#rules.counters;
    const isByHost = (counter: number) => counters[counter]?.key === HOST;
    const hostAntiAffinity = bitsOf(antiAffinity.map(({ counter }) => counter).filter(isByHost));
    const hostBumps = bitsOf(countedBy.filter(isByHost));
    const hostSpread = spread
      .filter(({ key }) => key === HOST)
      .map((rule) => ({ ...rule, ...bitOf(rule.counter) }));
    const hostAffinity = bitsOf(affinity.map(({ counter }) => counter).filter(isByHost));
    const isPlain =
      hostAntiAffinity.length + hostBumps.length + hostSpread.length + hostAffinity.length === 0;
    const hostPrefer = preferences
      .filter(({ key }) => key === HOST)
      .map((rule) => ({ ...rule, ...bitOf(rule.counter) }));
    const excludesItself = antiAffinity.some(
      ({ key, counter }) => key === HOST && countedBy.includes(counter),
    );
    return {
      apart: hostAntiAffinity,
      bumps: hostBumps,
      spread: hostSpread,
      near: hostAffinity,
      prefer: hostPrefer,
      excludesItself,
      isPlain,
    };
  }
}

/**
 * Whether the node satisfies the incoming pod's rules about single nodes; resources are not checked. `fewest`: global minimum of
 * each of its spreads over hostnames.
 */
export function satisfiesHostRules(bin: NodeBin, incoming: IncomingPod, fewest: readonly number[]): boolean {
  const { hostRules, bindingOrder } = incoming;
  if (hostRules.isPlain) return true;
  if (intersects(bin.countedBits, hostRules.apart)) return false;
  if (hostRules.spread.length > 0 && !satisfiesSpread(bin, incoming, fewest)) return false;
  if (hostRules.near.length > 0 && !incoming.isFirst && !hasAffinity(bin, hostRules, bindingOrder))
    return false;
  return (
    bin.lastBindingOrder <= bindingOrder ||
    !intersects(bin.spreadBits, hostRules.bumps) ||
    !violatesLaterSpread(bin, incoming)
  );
}

/** Affinity score of the node for such pods; see `TopologyCounts.affinityScore`. */
export function hostAffinityScore(bin: NodeBin, { prefer: preferences }: HostRuleSet): number {
  let affinityScore = 0;
  for (const rule of preferences)
    affinityScore += affinityScoreOf(rule, countOn(bin, rule, Number.POSITIVE_INFINITY));
  return affinityScore;
}

/** The highest that `hostAffinityScore` may be of any node. */
export function mostHostAffinityScore({ prefer }: HostRuleSet): number {
  let most = 0;
  for (const { isSpread, weight } of prefer) if (!isSpread) most += Math.max(0, weight);
  return most;
}

function intersects(set: Uint32Array, list: readonly Bits[]): boolean {
  for (let i = 0; i < list.length; i += 1) {
    const { word, mask } = list[i] as Bits;
    if (((set[word] as number) & mask) !== 0) return true;
  }
  return false;
}

function satisfiesSpread(
  bin: NodeBin,
  { hostRules, bindingOrder }: IncomingPod,
  fewest: readonly number[],
): boolean {
  if (!bin.hasHostname) return false;
  return hostRules.spread.every(
    (rule, index) => countOn(bin, rule, bindingOrder) + rule.own - (fewest[index] ?? 0) <= rule.maxSkew,
  );
}

/** Whether the pods of a node, placed in any order, can be bound in their binding order. */
export function isValidInBindingOrder(bin: NodeBin): boolean {
  return bin.items.every(({ batch }) => {
    const { hostRules, isFirst, bindingOrder } = batch;
    return hostRules.near.length === 0 || isFirst || hasAffinity(bin, hostRules, bindingOrder);
  });
}

/** Pods on the node that the spread counts and that are bound up to this binding order, inclusive. */
function countOn(
  bin: NodeBin,
  { word, mask, counter }: Bits & { readonly counter: number },
  bindingOrder: number,
): number {
  if (((bin.countedBits[word] as number) & mask) === 0) return 0;
  let count = bin.existingCounts.counts.get(counter) ?? 0;
  for (const { batch } of bin.items) {
    if (batch.bindingOrder <= bindingOrder && hasBit(batch.hostRules.bumps, word, mask)) count += 1;
  }
  return count;
}

/** One pod must be counted by all affinity counters: they count the same pods, those that match every term. */
function hasAffinity(bin: NodeBin, { near: affinity }: HostRuleSet, bindingOrder: number): boolean {
  if (affinity.every(({ word, mask }) => ((bin.existingCounts.bits[word] ?? 0) & mask) === mask)) return true;
  return bin.items.some(
    ({ batch }) =>
      batch.bindingOrder < bindingOrder &&
      affinity.every(({ word, mask }) => hasBit(batch.hostRules.bumps, word, mask)),
  );
}

/** Whether the incoming pod would make a pod that is bound later exceed its maxSkew on this node. */
function violatesLaterSpread(bin: NodeBin, { hostRules, bindingOrder }: IncomingPod): boolean {
  for (const { batch } of bin.items) {
    if (batch.bindingOrder <= bindingOrder || batch.hostRules.spread.length === 0) continue;
    for (const rule of batch.hostRules.spread) {
      if (!hasBit(hostRules.bumps, rule.word, rule.mask)) continue;
      // Pods of the same binding order are included, so a spread that counts itself includes the last of them.
      if (countOn(bin, rule, batch.bindingOrder) + 1 > rule.maxSkew) return true;
    }
  }
  return false;
}

function hasBit(list: readonly Bits[], word: number, mask: number): boolean {
  for (const bits of list) if (bits.word === word) return (bits.mask & mask) === mask;
  return false;
}

function bitsOf(counters: readonly number[]): readonly Bits[] {
  const masks = new Map<number, number>();
  for (const { word, mask } of counters.map(bitOf)) masks.set(word, (masks.get(word) ?? 0) | mask);
  return [...masks].map(([word, mask]) => ({ word, mask }));
}
