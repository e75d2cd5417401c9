import { violationOfDecision, violationOfLease } from './invariants/authority.ts';
import { violationOfZoneMinimum, violationOfMaximum, violationOfMinimum } from './invariants/fleet-size.ts';
import {
  violationOfOwnership,
  violationOfUncordon,
  unownedMachines,
  violationOfSingleInstance,
  MAX_UNOWNED_MS,
} from './invariants/ownership.ts';
import { touchesByHand } from './invariants/people.ts';
import { violationOfPodSafety } from './invariants/pod-safety.ts';
import { violationOfKnownLoad, violationOfCooldown } from './invariants/removal-for-load.ts';
import { violationOfSteadyState } from './invariants/steady-state.ts';
import type { ObservedWorld, WorldWrite } from './observed-world.ts';

/** An invariant of the design: checked at every write of the controller, at every check of the world, or both. */
export interface Invariant {
  readonly number: number;
  readonly title: string;
  /** What is wrong with the write, or `undefined`. */
  readonly atWrite?: (write: WorldWrite, observed: ObservedWorld) => string | undefined;
  /** What is wrong with the world, or `undefined`. */
  readonly atCheck?: (observed: ObservedWorld) => string | undefined;
  /** What is wrong with the world, by what it is wrong with; it is a violation once it has lasted for longer than `atMostMs`. */
  readonly lasting?: {
    readonly findings: (observed: ObservedWorld) => ReadonlyMap<string, string>;
    readonly atMostMs: number;
  };
  /** What is wrong in steady state (after a long time without faults), or `undefined`. */
  readonly atSteadyState?: (observed: ObservedWorld) => string | undefined;
}

/** The invariants of docs/architecture.md, by their numbers. */
export const INVARIANTS: readonly Invariant[] = [
  { number: 1, title: 'never more than max instances that cost money', atWrite: violationOfMaximum },
  {
    number: 2,
    title: 'never fewer than min, nor than the on-demand base, by its own doing',
    atWrite: violationOfMinimum,
  },
  {
    number: 3,
    title: 'no instance without an owner',
    atWrite: violationOfOwnership,
    lasting: { findings: unownedMachines, atMostMs: MAX_UNOWNED_MS },
  },
  { number: 4, title: 'one intent, at most one instance', atWrite: violationOfSingleInstance },
  {
    number: 5,
    title: 'no eviction that a budget forbids, no protected pod evicted',
    atWrite: violationOfPodSafety,
  },
  { number: 6, title: 'no node left cordoned by an operation that ended', atCheck: violationOfUncordon },
  { number: 7, title: 'the last node of a zone stays', atWrite: violationOfZoneMinimum },
  { number: 8, title: 'nothing is written by a replica without the lease', atWrite: violationOfLease },
  { number: 9, title: 'every change has a decision, every decision a policy', atWrite: violationOfDecision },
  {
    number: 10,
    title: 'in steady state the fleet is what the policy asks, and does not change',
    atSteadyState: violationOfSteadyState,
  },
  {
    number: 11,
    title: 'no removal for low load while the load is unknown, or is not low',
    atWrite: violationOfKnownLoad,
  },
  { number: 12, title: 'no removal for low load within a cooldown', atWrite: violationOfCooldown },
  { number: 13, title: 'a machine of people is left alone', atWrite: touchesByHand },
];
