import { fileURLToPath } from 'node:url';
import { Controller } from '../../controller.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import type { PolicyDocument } from '../../ports.ts';
import { FAULT_NAMES } from '../../simulate/faults.ts';
import { type LoadTrace, parseTrace, TraceError } from '../../simulate/load/load-trace.ts';
import {
  type RunningController,
  runSimulation,
  type SimulationResult,
} from '../../simulate/run-simulation.ts';
import type { WorldPorts } from '../../simulate/simulated-world.ts';
import { variationOf } from '../../simulate/vary-world.ts';
import { CannotDo } from '../cannot-do.ts';
import { readTextFile } from '../read-text-file.ts';

const SHIPPED_TRACE = example('traces/nasa-http-july-1995.csv');
const SHIPPED_POLICY = example('policies/default.yaml');

interface SimulationWish {
  readonly hours: number;
  readonly faults: string;
  readonly policy?: string;
  readonly trace?: string;
}

/**
 * Reads what a simulation needs, once for all seeds; the answer runs one seed.
 * @throws CannotDo when a file cannot be read, the policy is invalid or the trace is malformed
 */
export async function prepareSimulation(
  wish: SimulationWish,
): Promise<(seed: number) => Promise<SimulationResult>> {
  const faults = faultsOf(wish.faults, FAULT_NAMES);
  const { policy, policyDocument } = await readPolicy(wish.policy ?? SHIPPED_POLICY);
  const trace = await readTrace(wish.trace ?? SHIPPED_TRACE);
  const { hours } = wish;
  const common = { hours, faults, policy, policyDocument, trace, controller: startController };
  return (seed) => runSimulation({ ...common, seed, ...variationOf(seed, trace) });
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

async function readPolicy(
  file: string,
): Promise<{ readonly policy: Policy; readonly policyDocument: PolicyDocument }> {
  const text = await readTextFile(file);
  const reading = parsePolicy(text);
  if (reading.valid)
    return { policy: reading.policy, policyDocument: { text, origin: file, revision: undefined } };
  const told = reading.faults.map(({ line, path, rule }) => `line ${line}, ${path}: ${rule}`).join('; ');
  throw new CannotDo(
    `${file} is no valid policy: ${told}: run \`smartscale check ${file}\` for the remedies`,
  );
}

async function readTrace(file: string): Promise<LoadTrace> {
  const text = await readTextFile(file);
  try {
    return parseTrace(file, text);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw new CannotDo(`${file}, ${error.message}: a trace is a CSV of timestamp,value lines`, {
      cause: error,
    });
  }
}

function example(path: string): string {
  return fileURLToPath(new URL(`../../../examples/${path}`, import.meta.url));
}

/** The faults that `--faults` asks for, out of those that there are. */
export function faultsOf(text: string, known: readonly string[]): readonly string[] {
  if (text === 'none') return [];
  if (text === 'all') return known;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return known.filter((name) => names.includes(name));
  throw new CannotDo(`no fault is called '${unknown}': use none, all, or some of ${known.join(', ')}`);
}
