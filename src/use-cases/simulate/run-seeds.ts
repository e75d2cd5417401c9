import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { SimulationResult } from '../../simulate/run/run-simulation.ts';
import { prepareSimulation } from './prepare-simulation.ts';
import type { SimulationRequest } from './simulation-request.ts';

export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

/** What a worker says: which seed it ran and what came of it; `undefined` when it is ready for its first. */
type Answer = { readonly seed: number; readonly result: SimulationResult } | undefined;

/** The sources are TypeScript, what the images run is JavaScript. */
const WORKER = new URL(`./simulation-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/**
 * Runs every seed, in as many threads as `workers` says, and gives the results in the order of the seeds, whichever thread
 * ran them and whenever it was done.
 * @throws CommandError as `prepareSimulation` does
 */
export async function* runSeeds(
  request: SimulationRequest,
  seeds: SeedRange,
  workers: number,
): AsyncGenerator<SimulationResult> {
  // Also where threads do the work: what is wrong with the request is found before any is started.
  const simulate = await prepareSimulation(request);
  const threads = Math.min(workers, seeds.last - seeds.first + 1);
  if (threads > 1) {
    yield* inThreads(request, seeds, threads);
    return;
  }
  for (let seed = seeds.first; seed <= seeds.last; seed += 1) yield await simulate(seed);
}

async function* inThreads(
  request: SimulationRequest,
  { first, last }: SeedRange,
  threads: number,
): AsyncGenerator<SimulationResult> {
  const done = new Map<number, PromiseWithResolvers<SimulationResult>>();
  const slot = (seed: number) => {
    const known = done.get(seed) ?? Promise.withResolvers<SimulationResult>();
    done.set(seed, known);
    return known;
  };
  let next = first;
  let awaited = slot(first);
  let failure: Error | undefined;
  const pool = Array.from({ length: threads }, () => {
    const worker = new Worker(WORKER, { workerData: request });
    worker.on('message', (answer: Answer) => {
      if (answer !== undefined) slot(answer.seed).resolve(answer.result);
      worker.postMessage(next <= last ? next : undefined, []);
      next += 1;
    });
    worker.on('error', (error: Error) => {
      failure = error;
      awaited.reject(error);
    });
    return worker;
  });
  try {
    for (let seed = first; seed <= last; seed += 1) {
      awaited = slot(seed);
      if (failure !== undefined) throw failure;
      yield await awaited.promise;
      done.delete(seed);
    }
  } finally {
    await Promise.all(pool.map((worker) => worker.terminate()));
  }
}
