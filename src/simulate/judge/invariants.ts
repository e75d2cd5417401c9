import { undecided, writesWithoutLease } from './invariants/authority.ts';
import { emptiesZone, exceedsMaximum, undercutsMinimum } from './invariants/fleet-size.ts';
import {
  disowns,
  forgottenCordon,
  ownerless,
  secondInstance,
  UNOWNED_AT_MOST_MS,
} from './invariants/ownership.ts';
import { touchesByHand } from './invariants/people.ts';
import { harmsPods } from './invariants/pod-safety.ts';
import { restless } from './invariants/rest.ts';
import { shrinksBlindly, shrinksTooSoon } from './invariants/restraint.ts';
import type { WorldSight, WorldWrite } from './world-sight.ts';

/** A law of the design: checked at every write of the controller, at every look at the world, or both. */
export interface Invariant {
  readonly number: number;
  readonly title: string;
  /** What is wrong with the write, or `undefined`. */
  readonly atWrite?: (write: WorldWrite, sight: WorldSight) => string | undefined;
  /** What is wrong with the world, or `undefined`. */
  readonly atLook?: (sight: WorldSight) => string | undefined;
  /** What is wrong with the world, by what it is wrong with; it breaks the law once it has lasted for longer than so long. */
  readonly lasting?: {
    readonly findings: (sight: WorldSight) => ReadonlyMap<string, string>;
    readonly atMostMs: number;
  };
  /** What is wrong with the world after a long time without faults, or `undefined`. */
  readonly atRest?: (sight: WorldSight) => string | undefined;
}

/** The invariants of docs/architecture.md, by their numbers. */
export const INVARIANTS: readonly Invariant[] = [
  { number: 1, title: 'never more than max instances that cost money', atWrite: exceedsMaximum },
  {
    number: 2,
    title: 'never fewer than min, nor than the on-demand base, by its own doing',
    atWrite: undercutsMinimum,
  },
  {
    number: 3,
    title: 'no instance without an owner',
    atWrite: disowns,
    lasting: { findings: ownerless, atMostMs: UNOWNED_AT_MOST_MS },
  },
  { number: 4, title: 'one intent, at most one instance', atWrite: secondInstance },
  { number: 5, title: 'no eviction that a budget forbids, no protected pod evicted', atWrite: harmsPods },
  { number: 6, title: 'no node left cordoned by an operation that ended', atLook: forgottenCordon },
  { number: 7, title: 'the last node of a zone stays', atWrite: emptiesZone },
  { number: 8, title: 'nothing is written by a replica without the lease', atWrite: writesWithoutLease },
  { number: 9, title: 'every change has a decision, every decision a policy', atWrite: undecided },
  {
    number: 10,
    title: 'after the faults the fleet is what the policy asks, and stays still',
    atRest: restless,
  },
  {
    number: 11,
    title: 'nothing goes for low load while the load is unknown, or is not low',
    atWrite: shrinksBlindly,
  },
  { number: 12, title: 'nothing goes for low load within a cooldown', atWrite: shrinksTooSoon },
  { number: 13, title: 'a machine of people is left alone', atWrite: touchesByHand },
];
