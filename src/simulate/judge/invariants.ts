import { violationOfDecision, violationOfLease } from './invariants/authority.ts';
import { violationOfCalmFleet } from './invariants/balance.ts';
import { violationOfConstancy } from './invariants/calm.ts';
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
import { violationOfRegret } from './invariants/undone-launches.ts';
import type { Memory } from './memory.ts';
import type { ObservedWorld, WorldWrite } from './observed-world.ts';

/** An invariant of the design: checked at every write of the controller, at every check of the world, or both. */
export interface Invariant {
  readonly number: number;
  readonly title: string;
  /** What is wrong with the write, or `undefined`. */
  readonly atWrite?: (write: WorldWrite, observed: ObservedWorld, memory: Memory) => string | undefined;
  /** What is wrong with the world, or `undefined`. */
  readonly atCheck?: (observed: ObservedWorld, memory: Memory) => string | undefined;
  /** What is wrong with the world, by what it is wrong with; it is a violation once it has lasted for longer than `atMostMs`. */
  readonly lasting?: {
    readonly findings: (observed: ObservedWorld) => ReadonlyMap<string, string>;
    readonly atMostMs: number;
  };
  /** What is wrong in steady state (after a long time without faults), or `undefined`. */
  readonly atSteadyState?: (observed: ObservedWorld) => string | undefined;
  /** What is wrong with a run as a whole, or `undefined`. */
  readonly atEnd?: (observed: ObservedWorld, memory: Memory) => string | undefined;
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
  {
    number: 13,
    title: 'launches are not undone within half an hour',
    atWrite: (write, observed, { undone, history }) => undone.note(write, observed, history),
    atEnd: (_, { undone, history }) => undone.violation(history),
  },
  {
    number: 14,
    title: 'no launch for pods a quarter of an hour after a removal for low load',
    atWrite: (write, observed, { history }) => violationOfRegret(write, observed, history),
  },
  {
    number: 15,
    title: 'zones stay balanced',
    atCheck: (observed, { zones }) => zones.sample(observed),
    atEnd: (_, { zones }) => zones.violation(),
  },
  {
    number: 16,
    title: 'after hours of calm the fleet has the shares that the policy asks for, and no worker too many',
    atSteadyState: violationOfCalmFleet,
  },
  {
    number: 17,
    title: 'a waiting pod that a launch can help is helped soon',
    atCheck: (observed, { waiting }) => waiting.violation(observed),
  },
  {
    number: 18,
    title: 'one pod, one purchase',
    atWrite: (write, observed, { purchases }) => purchases.violation(write, observed),
  },
  {
    number: 19,
    title: 'one eviction of a workload a minute of our own doing',
    atWrite: (write, observed, { pace }) => pace.violation(write, observed),
  },
  {
    number: 20,
    title: 'in a constant world the fleet is constant',
    atWrite: (write, observed, { history }) => violationOfConstancy(write, observed, history),
  },
  { number: 21, title: 'a machine of people is left alone', atWrite: touchesByHand },
];

/** Those that the controller does not keep yet; they are judged where a run asks for them. */
const NOT_JUDGED_YET: ReadonlySet<number> = new Set([13, 14, 15, 16, 17, 18, 19, 20]);

/** The invariants that every run is judged by. */
export const JUDGED: ReadonlySet<number> = new Set(
  INVARIANTS.map(({ number }) => number).filter((number) => !NOT_JUDGED_YET.has(number)),
);
