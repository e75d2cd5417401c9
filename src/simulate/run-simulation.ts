import { createHash } from 'node:crypto';
import type { Policy } from '../policy/policy-schema.ts';
import type { PolicyDocument } from '../ports.ts';
import { letFaultsHappen } from './faults.ts';
import type { Violation } from './invariant-watch.ts';
import type { LoadTrace } from './load/load-trace.ts';
import { SimulatedWorld, type WorldPorts, type WorldView } from './simulated-world.ts';

const MS_PER_HOUR = 3_600_000;

/** A controller that runs until it is told to stop; `stop` resolves once it makes no further call. */
export interface RunningController {
  stop(): Promise<void>;
}

/** Starts a controller on these ports. */
export type StartController = (ports: WorldPorts) => RunningController;

export interface SimulationOptions {
  readonly seed: number;
  readonly hours: number;
  readonly policy: Policy;
  readonly policyDocument: PolicyDocument;
  readonly trace: LoadTrace;
  /** Names out of `FAULT_NAMES`; empty: nothing goes wrong. */
  readonly faults: readonly string[];
  readonly controller: StartController;
  /** @default 0 */
  readonly traceOffsetMs?: number;
  /** How many t3.small the trace's peak needs. @default 8 */
  readonly peakNodes?: number;
  /** Looks at the world once an hour. */
  readonly onHour?: (view: WorldView) => void;
}

export interface SimulationStats {
  readonly launches: number;
  readonly terminations: number;
  /** Spot instances that EC2 took back. */
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

/** Runs one controller in one world for so many virtual hours. The same options give the same result, digest included. */
export async function runSimulation(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, trace, policy, policyDocument, faults, hours, onHour } = options;
  const world = new SimulatedWorld({
    seed,
    trace,
    policy,
    policyDocument,
    traceOffsetMs: options.traceOffsetMs ?? 0,
    ...(options.peakNodes === undefined ? {} : { peakNodes: options.peakNodes }),
  });
  const endMs = hours * MS_PER_HOUR;
  letFaultsHappen(world, faults, endMs);
  const controller = options.controller(world.ports);
  for (let atMs = 0; atMs < endMs; ) {
    atMs = Math.min(endMs, atMs + MS_PER_HOUR);
    await world.advanceTo(atMs);
    onHour?.(world.view());
  }
  const result = { violations: world.watch.violations, stats: statsOf(world), digest: world.log.digest() };
  await stop(controller, world);
  return result;
}

/** The controller may wait for virtual time while it stops, so time goes on until it has. */
async function stop(controller: RunningController, world: SimulatedWorld): Promise<void> {
  const state = { isStopped: false };
  const stopping = controller.stop().finally(() => {
    state.isStopped = true;
  });
  while (!state.isStopped) await world.advanceTo(world.clock.monotonicMs() + 1_000);
  await stopping;
}

function statsOf(world: SimulatedWorld): SimulationStats {
  const { launches, terminations, interruptions } = world.cloud.counts;
  const { nodeHours, costUsd, shortMinutes } = world.view();
  return { launches, terminations, interruptions, crashes: 0, nodeHours, costUsd, shortMinutes };
}

/** The results of several seeds as one, in their order. */
export function combineResults(results: readonly SimulationResult[]): SimulationResult {
  const digest = createHash('sha256');
  for (const result of results) digest.update(`${result.digest}\n`);
  return {
    violations: results.flatMap((result) => result.violations),
    stats: results.map((result) => result.stats).reduce(addStats, NO_STATS),
    digest: `sha256:${digest.digest('hex')}`,
  };
}

const NO_STATS: SimulationStats = {
  launches: 0,
  terminations: 0,
  interruptions: 0,
  crashes: 0,
  nodeHours: 0,
  costUsd: 0,
  shortMinutes: 0,
};

function addStats(a: SimulationStats, b: SimulationStats): SimulationStats {
  return {
    launches: a.launches + b.launches,
    terminations: a.terminations + b.terminations,
    interruptions: a.interruptions + b.interruptions,
    crashes: a.crashes + b.crashes,
    nodeHours: a.nodeHours + b.nodeHours,
    costUsd: a.costUsd + b.costUsd,
    shortMinutes: a.shortMinutes + b.shortMinutes,
  };
}
