import { describe, expect, it } from '@jest/globals';
import { STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import { defaultPolicy } from '../../../src/policy/default-policy.ts';
import { FAULT_KINDS } from '../../../src/simulate/faults/fault-kinds.ts';
import type { StartController } from '../../../src/simulate/process/replicas.ts';
import { runSimulation, type SimulationOptions } from '../../../src/simulate/run/run-simulation.ts';
import { steadyTrace } from '../../builders/simulated-world.ts';

const FAULT_NAMES = FAULT_KINDS.map(({ name }) => name);

/** A controller that buys spot whenever pods wait, decides nothing and writes nothing down. */
const unsafe: StartController = ({ clock, cluster, cloud }) => {
  const abort = new AbortController();
  let launches = 0;
  const loop = async () => {
    while (!abort.signal.aborted) {
      await clock.sleep(30_000, abort.signal);
      const { nodes, pods } = cluster.view();
      for (const node of nodes) {
        if (node.isReady && node.taints.some((taint) => taint.key === STARTUP_TAINT_KEY))
          await cluster.admitNode(node.name, abort.signal);
      }
      if (!pods.some((pod) => pod.unschedulableSinceMs !== undefined)) continue;
      launches += 1;
      const clientToken = `reckless-${launches}`;
      const offerings = ['t3.small/ap-southeast-1a/spot'] as const;
      await cloud.launch({ clientToken, operationId: clientToken, offerings, tags: {} }, abort.signal);
    }
  };
  const done = loop();
  return {
    stop: () => {
      abort.abort();
      return done.catch(() => undefined);
    },
  };
};

const options = (parts: Partial<SimulationOptions> = {}): SimulationOptions => ({
  seed: 1,
  hours: 6,
  policy: defaultPolicy(),
  policyDocument: { text: '{}', origin: 'test', revision: undefined },
  trace: steadyTrace(),
  peakNodes: 3,
  faults: [],
  controller: unsafe,
  ...parts,
});

describe('runSimulation', () => {
  it('tells the same story for the same seed and another for another', async () => {
    const [one, again, other] = [
      await runSimulation(options({ faults: FAULT_NAMES })),
      await runSimulation(options({ faults: FAULT_NAMES })),
      await runSimulation(options({ faults: FAULT_NAMES, seed: 2 })),
    ];
    expect(again).toEqual(one);
    expect(other.digest).not.toBe(one.digest);
  });

  it('catches a controller that changes the world without a decision, with a story', async () => {
    const { violations } = await runSimulation(options());
    expect(violations.map((v) => v.invariant)).toContain(9);
    expect(violations[0]).toMatchObject({ seed: 1 });
    expect(violations[0]?.story).toContain('no decision asked for it');
    expect(violations[0]?.story).toContain('p1 leads');
  });

  it('counts what happened', async () => {
    const { stats } = await runSimulation(options());
    expect(stats).toMatchObject({ terminations: 0, interruptions: 0, crashes: 0 });
    expect(stats.launches).toBeGreaterThan(2);
    expect(stats.nodeHours).toBeGreaterThan(12);
    expect(stats.costUsd).toBeGreaterThan(0);
    expect(stats.shortMinutes).toBeGreaterThan(0);
  });

  it('lets the named faults happen, and only those', async () => {
    const { stats } = await runSimulation(options({ faults: ['interruption'], hours: 24 }));
    expect(stats.interruptions).toBeGreaterThan(0);
  });

  it('looks at the world every hour and at the end', async () => {
    const times: number[] = [];
    await runSimulation(options({ hours: 1.5, onHour: (view) => times.push(view.monotonicMs) }));
    expect(times).toEqual([3_600_000, 5_400_000]);
  });
});
