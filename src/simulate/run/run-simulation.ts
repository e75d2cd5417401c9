import type { PolicyDocument } from '../../model/policy-document.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import type { WorldEvent } from '../base/event-log.ts';
import { ALL_DETAILS, type WorldDetails } from '../base/world-details.ts';
import {
  injectFaults,
  planFaultInjections,
  type FaultInjection,
  injectionName,
} from '../faults/fault-injections.ts';
import type { Violation } from '../judge/violation.ts';
import type { LoadTrace } from '../load/load-trace.ts';
import { Replicas, type StartController } from '../process/replicas.ts';
import { playStory } from '../story-file/play-story.ts';
import type { Story } from '../story-file/story-schema.ts';
import { storyWorkloads } from '../story-file/story-workloads.ts';
import { SimulatedWorld } from '../world/simulated-world.ts';
import type { WorldView } from '../world/world-view.ts';
import { changeSample } from './sample-changes.ts';
import { type SimulationStats, type SimulationSums, statsOf } from './simulation-stats.ts';

const MS_PER_HOUR = 3_600_000;

/** How often a run is asked whether it may end. */
const STEP_MS = 300_000;

/**
 * How long before the end the faults end and the load is constant: long enough for every cooldown and deadline, and for a fleet that
 * shrinks by a node each ten minutes to be consolidated once its youngest nodes are old enough.
 */
const SETTLE_MS = 9_000_000;
/** Length of the steady-state check at the end of a run. */
const STEADY_MS = 1_200_000;

export interface SimulationOptions {
  readonly seed: number;
  readonly hours: number;
  readonly policy: Policy;
  readonly policyDocument: PolicyDocument;
  readonly trace: LoadTrace;
  /** Names of kinds of fault; empty: nothing goes wrong. */
  readonly faults: readonly string[];
  /** Names of the planned fault injections to run. @default all of them */
  readonly onlyInjections?: readonly string[];
  readonly controller: StartController;
  /** @default 0 */
  readonly traceOffsetMs?: number;
  /** How many t3.small the trace's peak needs. @default 8 */
  readonly peakNodes?: number;
  /** A story that is played instead of the sample shop; the trace has to be its load. */
  readonly story?: Story;
  /** Looks at the world once an hour. */
  readonly onHour?: (view: WorldView) => void;
  /** Gets every event of the world as it happens. */
  readonly onEvent?: (event: WorldEvent) => void;
  /** What worlds are like beyond the plain one. @default all details */
  readonly details?: WorldDetails;
  /** By their numbers, the invariants that are judged. @default JUDGED */
  readonly judged?: ReadonlySet<number>;
  /** Ends the run within five minutes after this invariant was broken. */
  readonly untilBroken?: number;
}

export interface SimulationResult {
  readonly violations: readonly Violation[];
  readonly stats: SimulationStats;
  /** `sha256:` over the world's whole event log. */
  readonly digest: string;
}

/**
 * Runs the controller in one simulated world for `hours` virtual hours. The same options give the same result, digest included.
 */
export async function runSimulation(options: SimulationOptions): Promise<SimulationResult> {
  return runInjections(options, plannedInjections(options));
}

/** The fault injections of a world, by time. */
export function plannedInjections(options: SimulationOptions): readonly FaultInjection[] {
  const { seed, faults, onlyInjections } = options;
  const planned = planFaultInjections(seed, faults, faultFreeFromMs(options));
  return onlyInjections === undefined
    ? planned
    : planned.filter((injection) => onlyInjections.includes(injectionName(injection)));
}

/** When, since the world's beginning, its faults have stopped. */
export function faultFreeFromMs({ hours, faults }: Pick<SimulationOptions, 'hours' | 'faults'>): number {
  const lengthMs = hours * MS_PER_HOUR;
  return faults.length === 0 ? lengthMs : lengthMs - Math.min(SETTLE_MS, lengthMs / 2);
}

/** Runs the world with exactly these of its fault injections. */
export async function runInjections(
  options: SimulationOptions,
  injections: readonly FaultInjection[],
): Promise<SimulationResult> {
  const { seed, hours, onHour, onEvent, untilBroken, story } = options;
  const world = worldOf(options);
  if (onEvent !== undefined) world.log.follow(onEvent);
  const replicas = new Replicas(
    {
      clock: world.clock,
      log: world.log,
      random: world.random.stream('processes'),
      portsOf: (leadership, holdsLease) => world.portsOf(leadership, holdsLease),
      skewMs: () => world.activeFaults.skewMs,
    },
    options.controller,
  );
  const faulty = { world: world.faults, replicas };
  if (story !== undefined) playStory(story, seed, faulty, world.cluster);
  else changeSample(world, options.details ?? ALL_DETAILS, { seed, untilMs: faultFreeFromMs(options) });
  injectFaults(injections, seed, faulty);
  const endMs = hours * MS_PER_HOUR;
  const settleMs = endMs - faultFreeFromMs(options);
  if (settleMs > 0) settle(world, endMs, settleMs);
  const isBroken = () => world.watch.violations.some(({ invariant }) => invariant === untilBroken);
  for (let atMs = 0; atMs < endMs && !isBroken();) {
    atMs = Math.min(endMs, atMs + STEP_MS);
    await world.advanceTo(atMs);
    if (atMs % MS_PER_HOUR === 0 || atMs === endMs) onHour?.(world.view());
  }
  if (settleMs > 0 && world.clock.monotonicMs() >= endMs) world.checkSteadyState();
  world.checkEnd();
  const stats = statsOf(sumsOf(world, replicas.crashes));
  const result = { violations: world.watch.violations, stats, digest: world.log.digest() };
  await stop(replicas, world);
  return result;
}

function worldOf(options: SimulationOptions): SimulatedWorld {
  const {
    seed,
    trace,
    policy,
    policyDocument,
    story,
    peakNodes,
    judged,
    details = ALL_DETAILS,
    traceOffsetMs = 0,
  } = options;
  return new SimulatedWorld({
    seed,
    trace,
    policy,
    policyDocument,
    traceOffsetMs,
    ...(peakNodes !== undefined && { peakNodes }),
    ...(judged !== undefined && { judged }),
    details,
    ...(story !== undefined && { workloads: storyWorkloads(story) }),
  });
}

/** From `settleMs` before the end: the load holds still, the first policy is back, clocks go on as they are. Near the end nothing may begin. */
function settle(world: SimulatedWorld, endMs: number, settleMs: number): void {
  world.clock.after(endMs - settleMs, () => {
    world.log.add('left-alone', {});
    world.holdLoad();
    world.faults.commitPolicy(world.faults.firstPolicy.text, 'the first one again');
  });
  world.clock.after(Math.max(endMs - settleMs, endMs - STEADY_MS), () => world.watch.expectSteadyState());
}

/** Processes may wait for virtual time while they stop, so time goes on until they have. */
async function stop(replicas: Replicas, world: SimulatedWorld): Promise<void> {
  const state = { isStopped: false };
  const stopping = replicas.stop().finally(() => {
    state.isStopped = true;
  });
  while (!state.isStopped) await world.advanceTo(world.clock.monotonicMs() + 1_000);
  await stopping;
}

function sumsOf(world: SimulatedWorld, crashes: number): SimulationSums {
  const { launches, terminations, interruptions } = world.cloud.counts;
  const { bill, shortMinutes, figures } = world.view();
  const { listUsd, diskUsd, surplusUsd, nodeHours } = bill;
  const counts = { launches, terminations, interruptions, crashes, nodeHours, shortMinutes };
  return { ...counts, listUsd, diskUsd, surplusUsd, ...figures };
}
