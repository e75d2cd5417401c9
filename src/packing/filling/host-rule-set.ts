/** Bits in a word of a bit set. */
export const WORD = 32;

/** Counters as bits: a word of a bit set, and the bits of it that are meant. */
export interface Bits {
  readonly word: number;
  readonly mask: number;
}

/** Of a rule set, the part that is judged node by node. */
export interface HostRuleSet {
  /** No pod on the node may add to any of these. */
  readonly apart: readonly Bits[];
  /** What such a pod adds to. */
  readonly bumps: readonly Bits[];
  readonly spread: readonly HostSpread[];
  readonly prefer: readonly HostPreference[];
  /** On the node a pod must stand that adds to all of these; empty when no node is asked for. */
  readonly near: readonly Bits[];
  /** Whether no two such pods may share a node. */
  readonly excludesItself: boolean;
  /** Whether pods that are put beside it later, or that stood there before, matter to it or it to them. */
  readonly isPlain: boolean;
}

interface HostPreference extends Bits {
  readonly counter: number;
  readonly weight: number;
  readonly isSpread: boolean;
}

export interface HostSpread extends Bits {
  readonly counter: number;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly eligibility: number;
  readonly own: 0 | 1;
}

/** The bit of a counter in the bit sets of nodes. */
export function bitOf(counter: number): Bits {
  return { word: Math.floor(counter / WORD), mask: 1 << (counter % WORD) };
}
