import { favourOf } from '../rules/site-counts.ts';
import type { Sites } from '../rules/sites.ts';
import { HOST, type TopologyRules } from '../rules/topology-rules.ts';
import { type Bits, bitOf, type HostRuleSet, type HostSpread, WORD } from './host-rule-set.ts';
import type { NodeDraft } from './node-draft.ts';

/** A pod that is about to be put on a node: by which rules, and when it will be bound. */
export interface Newcomer {
  readonly hostRules: HostRuleSet;
  /** Pods are bound in the order of these numbers; among equals the order does not matter. */
  readonly turn: number;
  /** It is the first of its kind anywhere, so its affinity asks for nobody. */
  readonly isFirst: boolean;
}

/**
 * The rules about single nodes: anti-affinity, affinity and spread over hostnames. They are judged by who is on the node
 * and in which order all are bound, so that pods may be rearranged as long as they keep their turns.
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

  /** The fewest pods that the spread counts on any of these nodes, for when no other node can come. */
  fewest(spread: HostSpread, drafts: readonly NodeDraft[], sites: Sites): number {
    let fewest = Number.POSITIVE_INFINITY;
    let hosts = 0;
    for (const draft of drafts) {
      if (!sites.isEligible(spread.eligibility, draft.site)) continue;
      hosts += 1;
      fewest = Math.min(fewest, countOn(draft, spread, Number.POSITIVE_INFINITY));
    }
    return hosts < spread.minDomains || hosts === 0 ? 0 : fewest;
  }

  #compile(id: number): HostRuleSet {
    const { apart, bumps, spread, near, prefer } = this.#rules.ruleSet(id);
    const counters = this.#rules.counters;
    const isByHost = (counter: number) => counters[counter]?.key === HOST;
    const hostApart = bitsOf(apart.map(({ counter }) => counter).filter(isByHost));
    const hostBumps = bitsOf(bumps.filter(isByHost));
    const hostSpread = spread
      .filter(({ key }) => key === HOST)
      .map((rule) => ({ ...rule, ...bitOf(rule.counter) }));
    const hostNear = bitsOf(near.map(({ counter }) => counter).filter(isByHost));
    const isPlain = hostApart.length + hostBumps.length + hostSpread.length + hostNear.length === 0;
    const hostPrefer = prefer
      .filter(({ key }) => key === HOST)
      .map((rule) => ({ ...rule, ...bitOf(rule.counter) }));
    const isApart = apart.some(({ key, counter }) => key === HOST && bumps.includes(counter));
    return {
      apart: hostApart,
      bumps: hostBumps,
      spread: hostSpread,
      near: hostNear,
      prefer: hostPrefer,
      isApart,
      isPlain,
    };
  }
}

/** Whether the node takes the newcomer, whatever its resources. `fewest`: of each of its spreads over hostnames. */
export function fitsBeside(draft: NodeDraft, newcomer: Newcomer, fewest: readonly number[]): boolean {
  const { hostRules, turn } = newcomer;
  if (hostRules.isPlain) return true;
  if (meets(draft.bumped, hostRules.apart)) return false;
  if (hostRules.spread.length > 0 && !isSpread(draft, newcomer, fewest)) return false;
  if (hostRules.near.length > 0 && !newcomer.isFirst && !isNear(draft, hostRules, turn)) return false;
  return draft.lastTurn <= turn || !meets(draft.looked, hostRules.bumps) || !upsetsLater(draft, newcomer);
}

/** How much such pods prefer the node for who is on it; see `SiteCounts.favour`. */
export function favourOnHost(draft: NodeDraft, { prefer }: HostRuleSet): number {
  let favour = 0;
  for (const rule of prefer) favour += favourOf(rule, countOn(draft, rule, Number.POSITIVE_INFINITY));
  return favour;
}

function meets(set: Uint32Array, list: readonly Bits[]): boolean {
  for (let i = 0; i < list.length; i += 1) {
    const { word, mask } = list[i] as Bits;
    if (((set[word] as number) & mask) !== 0) return true;
  }
  return false;
}

function isSpread(draft: NodeDraft, { hostRules, turn }: Newcomer, fewest: readonly number[]): boolean {
  if (!draft.hasHostname) return false;
  return hostRules.spread.every(
    (rule, index) => countOn(draft, rule, turn) + rule.own - (fewest[index] ?? 0) <= rule.maxSkew,
  );
}

/** Whether all pods of a node that were put there in any order may be bound in the order of their turns. */
export function isInOrder(draft: NodeDraft): boolean {
  return draft.items.every(({ batch }) => {
    const { hostRules, isFirst, turn } = batch;
    return hostRules.near.length === 0 || isFirst || isNear(draft, hostRules, turn);
  });
}

/** Pods on the node, bound before the turn, that a spread counts; those of the same turn count as before. */
function countOn(
  draft: NodeDraft,
  { word, mask, counter }: Bits & { readonly counter: number },
  turn: number,
): number {
  if (((draft.bumped[word] as number) & mask) === 0) return 0;
  let count = draft.standing.counts.get(counter) ?? 0;
  for (const { batch } of draft.items) {
    if (batch.turn <= turn && hasBit(batch.hostRules.bumps, word, mask)) count += 1;
  }
  return count;
}

/** A pod that adds to all near counters: they count one kind of pod, those that match every term. */
function isNear(draft: NodeDraft, { near }: HostRuleSet, turn: number): boolean {
  if (near.every(({ word, mask }) => ((draft.standing.bits[word] ?? 0) & mask) === mask)) return true;
  return draft.items.some(
    ({ batch }) =>
      batch.turn < turn && near.every(({ word, mask }) => hasBit(batch.hostRules.bumps, word, mask)),
  );
}

/** Whether a pod that is bound after the newcomer would then find one too many on its node. */
function upsetsLater(draft: NodeDraft, { hostRules, turn }: Newcomer): boolean {
  for (const { batch } of draft.items) {
    if (batch.turn <= turn || batch.hostRules.spread.length === 0) continue;
    for (const rule of batch.hostRules.spread) {
      if (!hasBit(hostRules.bumps, rule.word, rule.mask)) continue;
      // Those of its own turn are counted, so where it counts itself, the last of them is in the count.
      if (countOn(draft, rule, batch.turn) + 1 > rule.maxSkew) return true;
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
