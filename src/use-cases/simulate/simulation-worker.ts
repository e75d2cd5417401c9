import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { prepareSimulation } from './prepare-simulation.ts';
import type { SimulationRequest } from './simulation-request.ts';

/*
 * A thread that runs seeds: it asks for one by telling what came of the last, with nothing at first, until none is left.
 */

const port = parentPort;
if (port === null) throw new Error('simulation-worker runs as a worker thread only');
const simulate = await prepareSimulation(workerData as SimulationRequest);
const ask = async (answer?: object) => {
  const answered = once(port, 'message');
  port.postMessage(answer);
  const [seed] = (await answered) as [number | undefined];
  return seed;
};
for (let seed = await ask(); seed !== undefined;) seed = await ask({ seed, result: await simulate(seed) });
port.close();
