import { readFileSync } from 'node:fs';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { FAULT_KINDS } from '../../src/simulate/faults/fault-kinds.ts';
import { runSimulation } from '../../src/simulate/run/run-simulation.ts';
import { prepareSimulation, startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { nasaTrace } from '../builders/simulated-world.ts';

/*
 * Heaps in MiB, each after a collection, sent to the parent: `soak-run.ts world DAYS` of one simulated world under all faults at
 * the end of each day, `soak-run.ts seeds COUNT` after each of this many worlds of a day.
 */

const MS_PER_DAY = 86_400_000;
const [kind, amount] = [process.argv[2], Number(process.argv[3])];
const heap: number[] = [];

function note(): void {
  // Twice: what only a finalizer held is gone after the second.
  globalThis.gc?.();
  globalThis.gc?.();
  heap.push(process.memoryUsage().heapUsed / 2 ** 20);
}

if (kind === 'seeds') {
  const simulate = await prepareSimulation({ hours: 24, faults: 'all' });
  for (let seed = 1; seed <= amount; seed += 1) {
    await simulate(seed);
    note();
  }
} else {
  const text = readFileSync(new URL('../../examples/policies/default.yaml', import.meta.url), 'utf8');
  const reading = parsePolicy(text);
  if (!reading.valid) throw new Error('the default policy is invalid');
  await runSimulation({
    seed: 1,
    hours: amount * 24,
    policy: reading.policy,
    policyDocument: { text, origin: 'default', revision: undefined },
    trace: nasaTrace(),
    faults: FAULT_KINDS.map(({ name }) => name),
    controller: startController,
    onHour: ({ monotonicMs }) => {
      if (monotonicMs % MS_PER_DAY === 0) note();
    },
  });
}
process.send?.(heap);
process.disconnect?.();
