import type { PolicyDocument } from '../../model/policy-document.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import type { WorldEvent } from '../base/event-log.ts';
import { letStrike, planStrikes, type Strike, strikeName } from '../faults/strikes.ts';
import type { Violation } from '../judge/violation.ts';
import type { LoadTrace } from '../load/load-trace.ts';
import { Replicas, type StartController } from '../process/replicas.ts';
import { SimulatedWorld } from '../world/simulated-world.ts';
import type { WorldView } from '../world/world-view.ts';

const MS_PER_HOUR = 3_600_000;

/** How often a run is asked whether it may end. */
const STEP_MS = 300_000;

/**
 * How long before the end the faults stop and the load holds still: long enough for every cooldown and deadline, and for a fleet that
 * shrinks by a node each ten minutes to be consolidated once its youngest nodes are old enough.
 */
const REST_MS = 9_000_000;
/** No change may begin within so long of the end. */
const STILL_MS = 1_200_000;

export interface SimulationOptions {
  readonly seed: number;
  readonly hours: number;
  readonly policy: Policy;
  readonly policyDocument: PolicyDocument;
  readonly trace: LoadTrace;
  /** Names of kinds of fault; empty: nothing goes wrong. */
  readonly faults: readonly string[];
  /** Names of the strikes that may happen out of those planned. @default all of them */
  readonly onlyStrikes?: readonly string[];
  readonly controller: StartController;
  /** @default 0 */
  readonly traceOffsetMs?: number;
  /** How many t3.small the trace's peak needs. @default 8 */
  readonly peakNodes?: number;
  /** Looks at the world once an hour. */
  readonly onHour?: (view: WorldView) => void;
  /** Gets every event of the world as it happens. */
  readonly onEvent?: (event: WorldEvent) => void;
  /** Ends the run within five minutes after this invariant was broken. */
  readonly untilBroken?: number;
}

export interface SimulationStats {
  readonly launches: number;
  readonly terminations: number;
  /** Spot instances that EC2 decided to take back, whether or not they were gone before it did. */
  readonly interruptions: number;
  /** Times the controller was killed. */
  readonly crashes: number;
  readonly nodeHours: number;
  readonly costUsd: number;
  readonly shortMinutes: number;
}

export interface SimulationResult {
  readonly violations: readonly Violation[];
  readonly stats: SimulationStats;
  /** `sha256:` over the world's whole event log. */
  readonly digest: string;
}

/** Runs the controller in one world for so many virtual hours. The same options give the same result, digest included. */
export async function runSimulation(options: SimulationOptions): Promise<SimulationResult> {
  return runStrikes(options, plannedStrikes(options));
}

/** The strikes of a world, in the order of time. */
export function plannedStrikes(options: SimulationOptions): readonly Strike[] {
  const { seed, faults, onlyStrikes } = options;
  const planned = planStrikes(seed, faults, leftAloneAtMs(options));
  return onlyStrikes === undefined
    ? planned
    : planned.filter((strike) => onlyStrikes.includes(strikeName(strike)));
}

/** When, since the world's beginning, its faults have stopped. */
export function leftAloneAtMs({ hours, faults }: Pick<SimulationOptions, 'hours' | 'faults'>): number {
  const lengthMs = hours * MS_PER_HOUR;
  return faults.length === 0 ? lengthMs : lengthMs - Math.min(REST_MS, lengthMs / 2);
}

/** Runs the world with exactly these of its strikes. */
export async function runStrikes(
  options: SimulationOptions,
  strikes: readonly Strike[],
): Promise<SimulationResult> {
  const { seed, trace, policy, policyDocument, hours, onHour, onEvent, untilBroken } = options;
  const world = new SimulatedWorld({
    seed,
    trace,
    policy,
    policyDocument,
    traceOffsetMs: options.traceOffsetMs ?? 0,
    ...(options.peakNodes === undefined ? {} : { peakNodes: options.peakNodes }),
  });
  if (onEvent !== undefined) world.log.follow(onEvent);
  const replicas = new Replicas(
    {
      clock: world.clock,
      log: world.log,
      chance: world.chance.stream('processes'),
      portsOf: (leadership, holdsLease) => world.portsOf(leadership, holdsLease),
      skewMs: () => world.troubles.skewMs,
    },
    options.controller,
  );
  letStrike(strikes, seed, { world: world.faults, replicas });
  const endMs = hours * MS_PER_HOUR;
  const restMs = endMs - leftAloneAtMs(options);
  if (restMs > 0) leaveAlone(world, endMs, restMs);
  const isBroken = () => world.watch.violations.some(({ invariant }) => invariant === untilBroken);
  for (let atMs = 0; atMs < endMs && !isBroken();) {
    atMs = Math.min(endMs, atMs + STEP_MS);
    await world.advanceTo(atMs);
    if (atMs % MS_PER_HOUR === 0 || atMs === endMs) onHour?.(world.view());
  }
  if (restMs > 0 && world.clock.monotonicMs() >= endMs) world.judgeAtRest();
  const stats = { ...statsOf(world), crashes: replicas.crashes };
  const result = { violations: world.watch.violations, stats, digest: world.log.digest() };
  await stop(replicas, world);
  return result;
}

/** From `restMs` before the end: the load holds still, the first policy is back, clocks go on as they are. Near the end nothing may begin. */
function leaveAlone(world: SimulatedWorld, endMs: number, restMs: number): void {
  world.clock.after(endMs - restMs, () => {
    world.log.add('left-alone', {});
    world.holdLoad();
    world.faults.commitPolicy(world.faults.firstPolicy.text, 'the first one again');
  });
  world.clock.after(Math.max(endMs - restMs, endMs - STILL_MS), () => world.watch.expectStillness());
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

function statsOf(world: SimulatedWorld): Omit<SimulationStats, 'crashes'> {
  const { launches, terminations, interruptions } = world.cloud.counts;
  const { nodeHours, costUsd, shortMinutes } = world.view();
  return { launches, terminations, interruptions, nodeHours, costUsd, shortMinutes };
}
