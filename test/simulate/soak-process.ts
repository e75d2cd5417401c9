import { readFileSync } from 'node:fs';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { runSimulation } from '../../src/simulate/run/run-simulation.ts';
import { startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { nasaTrace } from '../builders/simulated-world.ts';

/*
 * Days of a simulated world in a process of their own, with everything going wrong that kills no process of the world. Prints the heap that is
 * left after a collection at each given hour, in bytes, as one JSON array. Needs `node --expose-gc`.
 */

const hours = process.argv.slice(2).map(Number);
const text = readFileSync(new URL('../../examples/policies/default.yaml', import.meta.url), 'utf8');
const reading = parsePolicy(text);
if (!reading.valid || globalThis.gc === undefined) throw new Error('needs a valid policy and --expose-gc');
const heap: number[] = [];

await runSimulation({
  seed: 1,
  hours: Math.max(...hours),
  policy: reading.policy,
  policyDocument: { text, origin: 'default', revision: undefined },
  trace: nasaTrace(),
  faults: ['capacity', 'interruption', 'queue', 'ec2', 'boot', 'kubelet', 'load'],
  controller: startController,
  onHour: ({ monotonicMs }) => {
    if (!hours.includes(monotonicMs / 3_600_000)) return;
    globalThis.gc?.();
    heap.push(process.memoryUsage().heapUsed);
  },
});
process.stdout.write(JSON.stringify(heap));
