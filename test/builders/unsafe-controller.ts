import { defaultPolicy } from '../../src/policy/default-policy.ts';
import type { StartController } from '../../src/simulate/process/replicas.ts';
import type { SimulationOptions } from '../../src/simulate/run/run-simulation.ts';
import type { WorldPorts } from '../../src/simulate/world/world-ports.ts';
import { steadyTrace } from './simulated-world.ts';

const MINUTE_MS = 60_000;
/** When simulated worlds begin, unless they are told otherwise. */
const START_MS = Date.UTC(2026, 0, 5);

/** A controller that does nothing, until it sees a message while its clock is wrong: then it launches, and nobody decided that. */
const unsafeController: StartController = (ports) => {
  const abort = new AbortController();
  const done = actUnsafely(ports, abort.signal);
  return {
    stop: () => {
      abort.abort();
      return done.catch(() => undefined);
    },
  };
};

/** A day of that controller, with these kinds of fault. */
export function unsafeDay(faults: readonly string[]): SimulationOptions {
  return {
    seed: 4,
    hours: 24,
    policy: defaultPolicy(),
    policyDocument: { text: '{}', origin: 'test', revision: undefined },
    trace: steadyTrace(),
    peakNodes: 1,
    faults,
    controller: unsafeController,
  };
}

async function actUnsafely(ports: WorldPorts, signal: AbortSignal): Promise<void> {
  const { clock, cloud } = ports;
  const letters = { seen: false };
  void readLetters(ports, letters, signal);
  while (!signal.aborted) {
    await clock.sleep(MINUTE_MS, signal);
    const isRight = Math.abs(clock.now() - clock.monotonicMs() - START_MS) < 1;
    if (!letters.seen || isRight) continue;
    const clientToken = `careless-${Math.round(clock.monotonicMs())}`;
    const offerings = ['t3.small/ap-southeast-1a/on-demand'] as const;
    await cloud.launch({ clientToken, operationId: 'nobody-s', offerings, tags: {} }, signal);
    return;
  }
}

async function readLetters(
  { clock, interruptions }: WorldPorts,
  letters: { seen: boolean },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !letters.seen) {
    const found = await interruptions.receive(signal).catch(() => []);
    letters.seen = found.length > 0;
    if (!letters.seen) await clock.sleep(MINUTE_MS, signal);
  }
}
