import { describe, expect, it, jest } from '@jest/globals';
import { policySchema } from '../../src/policy/policy-schema.ts';
import type { WorldEvent } from '../../src/simulate/base/event-log.ts';
import type { Workload } from '../../src/simulate/cluster/workload.ts';
import { startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { aWorld, HOUR_MS, MINUTE_MS } from '../builders/simulated-world.ts';

/** Hours of virtual time on a busy machine take their time. */
jest.setTimeout(120_000);

/** Ten services of one replica each. */
function services(move: Workload['move']): readonly Workload[] {
  return Array.from({ length: 10 }, (_, i) => ({
    kind: 'Deployment',
    namespace: 'shop',
    name: `service-${i}`,
    replicas: 1,
    ...(move && { move }),
    template: { labels: { app: `service-${i}` }, requests: { cpuMillis: 250, memoryMiB: 96, pods: 1 } },
  }));
}

/** A night after a day: the load needs six workers and more, then hardly any. */
async function nightWith(move: Workload['move']) {
  // A worker that saves more surplus credits than it costs would stay whatever runs on it.
  const settings = { nodes: { min: 2, max: 10 }, cost: { sizeByCredits: false } };
  const policyDocument = { text: JSON.stringify(settings), origin: 'policy.yaml', revision: undefined };
  const world = aWorld({ policy: policySchema.parse(settings), policyDocument, peakNodes: 6 });
  const events: WorldEvent[] = [];
  world.log.follow((event) => events.push(event));
  const controller = startController(world.ports);
  const pass = (ms: number) => world.advanceTo(world.clock.monotonicMs() + ms);
  await pass(2 * HOUR_MS);
  const byDay = world.view().readyWorkers;
  world.faults.setLoadFactor(0.15);
  // The web pods are gone and their workers still there, so that the scheduler spreads the services over all of them.
  await pass(9 * MINUTE_MS);
  for (const service of services(move)) world.cluster.apply(service);
  await pass(8 * HOUR_MS);
  const byNight = world.view().readyWorkers;
  const unserved = world.cluster
    .view()
    .pods.filter(({ owner, phase }) => owner?.name.startsWith('service-') === true && phase !== 'Running');
  const stopped = controller.stop();
  await pass(MINUTE_MS);
  await stopped;
  return { byDay, byNight, unserved, events, violations: world.watch.violations };
}

describe('ten services of a single replica', () => {
  it('keep their workers all night where nobody allows them to be moved', async () => {
    const { byDay, byNight } = await nightWith(undefined);
    expect(byDay).toBeGreaterThanOrEqual(6);
    expect(byNight).toBeGreaterThanOrEqual(byDay - 2);
  });

  it.each(['evict', 'surge'] as const)('are moved by %s where their owners allow it', async (move) => {
    const { byNight, unserved, events, violations } = await nightWith(move);
    expect(byNight).toBeLessThanOrEqual(4);
    expect(unserved).toEqual([]);
    expect(violations).toEqual([]);
    const kinds = new Set(events.map(({ kind }) => kind));
    expect(kinds.has('surge')).toBe(move === 'surge');
  });
});
