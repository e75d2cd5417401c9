import { basename } from 'node:path';
import { Controller } from '../../loop/controller.ts';
import {
  ALL_DETAILS,
  isWorldDetail,
  NO_DETAILS,
  type WorldDetails,
} from '../../simulate/base/world-details.ts';
import { injectionName } from '../../simulate/faults/fault-injections.ts';
import { INVARIANTS, JUDGED } from '../../simulate/judge/invariants.ts';
import type { Violation } from '../../simulate/judge/violation.ts';
import type { RunningController } from '../../simulate/process/replicas.ts';
import {
  plannedInjections,
  runSimulation,
  type SimulationOptions,
  type SimulationResult,
} from '../../simulate/run/run-simulation.ts';
import { variationOf } from '../../simulate/run/vary-world.ts';
import { storyLoad } from '../../simulate/story-file/story-load.ts';
import type { WorldPorts } from '../../simulate/world/world-ports.ts';
import { CommandError } from '../command-error.ts';
import { readPolicyFile } from '../files/read-policy-file.ts';
import { readStoryFile } from '../files/read-story-file.ts';
import { readTraceFile } from '../files/read-trace-file.ts';
import { SHIPPED_POLICY, SHIPPED_TRACE } from '../files/shipped-file.ts';
import { FAULT_NAMES } from './fault-names.ts';
import { replayCommands } from './replay-commands.ts';
import { shortStory } from './short-story.ts';
import type { SimulationRequest } from './simulation-request.ts';

/**
 * Reads what a simulation needs, once for all seeds; the answer runs one seed.
 * @throws CommandError when a file cannot be read, the policy is invalid or the trace is malformed
 */
export async function prepareSimulation(
  request: SimulationRequest,
): Promise<(seed: number) => Promise<SimulationResult>> {
  const optionsOf = await readSimulationOptions(request);
  return (seed) => runSimulation(optionsOf(seed));
}

/**
 * The answer tells a violation as a short story, for which it runs its seed again and again.
 * @throws CommandError as `prepareSimulation` does
 */
export async function prepareStories(
  request: SimulationRequest,
): Promise<(violation: Violation) => Promise<string>> {
  const optionsOf = await readSimulationOptions(request);
  return (violation) =>
    shortStory(violation, optionsOf(violation.seed), replayCommands(request, violation.seed));
}

/**
 * Reads what a simulation needs, once for all seeds; the answer is all about one seed's world.
 * @throws CommandError as `prepareSimulation` does
 */
export async function readSimulationOptions(
  request: SimulationRequest,
): Promise<(seed: number) => SimulationOptions> {
  const faults = faultsOf(request.faults, FAULT_NAMES);
  const origin = request.policy ?? SHIPPED_POLICY;
  const { text, policy } = await readPolicyFile(origin);
  // The name alone: what a world tells, and so its digest, must not depend on where the checkout lies.
  const policyDocument = { text, origin: basename(origin), revision: undefined };
  const { hours, injections } = request;
  const judged = judgedBy(request.judge);
  const details = detailsWithout(request.without);
  const common = { hours, faults, policy, policyDocument, controller: startController, judged, details };
  const played = await playedOf(request);
  return (seed) => withInjections({ ...common, seed, ...played(seed) }, injections);
}

/** The details that are left when `--without` names some. */
function detailsWithout(text: string | undefined): WorldDetails {
  if (text === undefined) return ALL_DETAILS;
  if (text === 'all') return NO_DETAILS;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isWorldDetail(name));
  if (unknown === undefined) return new Set([...ALL_DETAILS].filter((name) => !names.includes(name)));
  const known = [...ALL_DETAILS].join(', ');
  throw new CommandError(`--without: worlds have no detail '${unknown}': use all, or some of ${known}`);
}

/** The invariants that `--judge` names. */
function judgedBy(text: string | undefined): ReadonlySet<number> {
  if (text === undefined) return JUDGED;
  const known = INVARIANTS.map(({ number }) => number);
  if (text === 'all') return new Set(known);
  const numbers = text.split(',').map(Number);
  const unknown = numbers.find((number) => !known.includes(number));
  if (unknown === undefined) return new Set(numbers);
  throw new CommandError(
    `--judge: there is no such invariant: use all, or numbers from 1 to ${known.length}`,
  );
}

type Played = Pick<SimulationOptions, 'trace' | 'story' | 'traceOffsetMs' | 'peakNodes'>;

/** What users ask for: a story as it is told, or a trace that begins on another day for each seed. */
async function playedOf({
  story: storyFile,
  trace: traceFile,
}: SimulationRequest): Promise<(seed: number) => Played> {
  if (storyFile === undefined) {
    const trace = await readTraceFile(traceFile ?? SHIPPED_TRACE);
    return (seed) => ({ trace, ...variationOf(seed, trace) });
  }
  if (traceFile !== undefined)
    throw new CommandError('--trace and --story exclude each other: a story brings its own load');
  const story = await readStoryFile(storyFile);
  return () => ({ story, trace: storyLoad(story), peakNodes: story.peakNodes });
}

/** The real controller on a world's ports. */
export function startController(ports: WorldPorts): RunningController {
  const stop = new AbortController();
  const running = new Controller(ports).run(stop.signal);
  return {
    async stop() {
      stop.abort();
      await running;
    },
  };
}

/** The faults that `--faults` asks for, out of those that there are. */
export function faultsOf(text: string, known: readonly string[]): readonly string[] {
  if (text === 'none') return [];
  if (text === 'all') return known;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return known.filter((name) => names.includes(name));
  throw new CommandError(`no fault is called '${unknown}': use none, all, or some of ${known.join(', ')}`);
}

/** The fault injections that `--injections` names: each must be planned in this world, or the replay would be of another one. */
function withInjections(options: SimulationOptions, names: string | undefined): SimulationOptions {
  if (names === undefined) return options;
  const planned = plannedInjections(options).map(injectionName);
  const onlyStrikes = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = onlyStrikes.find((name) => !planned.includes(name));
  if (unknown === undefined) return { ...options, onlyInjections: onlyStrikes };
  throw new CommandError(
    `--injections: seed ${options.seed} plans no fault injection '${unknown}' within ${options.hours} h of these --faults: take names and the rest of the command from a story`,
  );
}
