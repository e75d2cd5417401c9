import { readFileSync } from 'node:fs';
import { TAG } from '../../src/model/tags.ts';
import { defaultPolicy } from '../../src/policy/default-policy.ts';
import { type LoadTrace, parseTrace } from '../../src/simulate/load/load-trace.ts';
import { SimulatedWorld } from '../../src/simulate/world/simulated-world.ts';
import type { WorldOptions } from '../../src/simulate/world/world-options.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** A load that never changes. */
export function steadyTrace(value = 1): LoadTrace {
  return parseTrace('steady', `2026-01-05T00:00Z,${value}\n2026-01-05T01:00Z,${value}\n`);
}

/** The week of the NASA web server that comes with the project. */
export function nasaTrace(): LoadTrace {
  const url = new URL('../../examples/traces/nasa-http-july-1995.csv', import.meta.url);
  return parseTrace('nasa', readFileSync(url, 'utf8'));
}

/** A world with the shipped policy and a load that needs two nodes, unless the test says otherwise. */
export function aWorld(parts: Partial<WorldOptions> = {}): SimulatedWorld {
  return new SimulatedWorld({
    seed: 1,
    trace: steadyTrace(),
    peakNodes: 2,
    policy: defaultPolicy(),
    policyDocument: { text: '', origin: 'test', revision: undefined },
    ...parts,
  });
}

/** Lets the world make a machine of the warm pool by hand: it joins, and is stopped. Returns its id. */
export async function withStopped(world: SimulatedWorld): Promise<string> {
  const signal = new AbortController().signal;
  const launch = world.cloud.launch(
    {
      clientToken: 'warm-by-hand',
      operationId: 'op-warm',
      offerings: ['t3.small/ap-southeast-1a/on-demand'],
      tags: { [TAG.warmPool]: 'true' },
    },
    signal,
  );
  await world.advanceTo(world.clock.monotonicMs() + 2 * MINUTE_MS);
  const id = (await launch).instance?.id ?? '';
  void world.cloud.stop(id, signal);
  await world.advanceTo(world.clock.monotonicMs() + 2 * MINUTE_MS);
  return id;
}

/** Lets the world make `count` on-demand nodes by hand, zones in turn, and waits until pods run on them. */
export async function withNodes(world: SimulatedWorld, count: number): Promise<readonly string[]> {
  const signal = new AbortController().signal;
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const zone = i % 2 === 0 ? 'ap-southeast-1a' : 'ap-southeast-1b';
    const launch = world.cloud.launch(
      {
        clientToken: `by-hand-${i}`,
        operationId: `op-${i}`,
        offerings: [`t3.small/${zone}/on-demand`],
        tags: {},
      },
      signal,
    );
    await world.advanceTo(world.clock.monotonicMs() + 3_000);
    const { instance } = await launch;
    if (instance !== undefined) ids.push(instance.id);
  }
  await world.advanceTo(world.clock.monotonicMs() + 90_000);
  for (const id of ids) await world.cluster.admitNode(id);
  await world.advanceTo(world.clock.monotonicMs() + 30_000);
  return ids;
}
