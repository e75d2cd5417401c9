import * as fc from 'fast-check';
import type { Lifecycle } from '../../src/model/offering.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Signal } from '../../src/model/signal.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { aLaunch, aNode, aRemoval } from './fleet.ts';
import { aPod } from './pod.ts';
import { aPolicy } from './policy.ts';
import { aSnapshot, aUtilization, steady } from './snapshot.ts';

/** The moment in which the generated worlds are. */
export const NOW = 100_000_000;
const ZONES = ['ap-southeast-1a', 'ap-southeast-1b'];
const lifecycles: readonly Lifecycle[] = ['spot', 'on-demand'];

/** Policies that bound and pace differently. */
export const policies = fc
  .record({
    min: fc.integer({ min: 0, max: 6 }),
    above: fc.integer({ min: 0, max: 6 }),
    minPerZone: fc.integer({ min: 0, max: 2 }),
    onDemandBase: fc.integer({ min: 0, max: 3 }),
    removals: fc.integer({ min: 1, max: 4 }),
    sizing: fc.constantFrom('packing', 'step'),
    obeysCooldown: fc.boolean(),
  })
  .map(({ min, above, minPerZone, onDemandBase, removals, sizing, obeysCooldown }) =>
    aPolicy({
      nodes: { min, max: Math.max(1, min + above), minPerZone },
      spot: { onDemandBase },
      shrink: { maxNodesPerDecision: removals },
      pending: { sizing, obeysCooldown },
    }),
  );

const nodes = fc.array(
  fc.record({
    zone: fc.constantFrom(...ZONES),
    lifecycle: fc.constantFrom(...lifecycles),
    isReady: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    readyChangedAtMs: fc.constantFrom(0, NOW - 20_000),
    doNotDisrupt: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    isUnschedulable: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    createdAtMs: fc.constantFrom(0, NOW - 1_000),
  }),
  { maxLength: 9 },
);

const pods = fc.array(
  fc.record({
    host: fc.integer({ min: 0, max: 12 }),
    cpu: fc.constantFrom(50, 300, 900, 1_900, 3_000),
    replicas: fc.constantFrom(1, 2, undefined),
    kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet', 'Job'),
    sinceMs: fc.constantFrom(NOW, NOW - 500, NOW - 300_000),
    disruption: fc.constantFrom('never' as const, 'unset' as const, 'unset' as const),
  }),
  { maxLength: 12 },
);

const operations = fc.array(
  fc.oneof(
    fc.constantFrom<Operation>(
      aLaunch(),
      aLaunch({ step: 'undoing', instanceId: 'i-lost' }),
      aLaunch({ step: 'ready', startsCooldown: true, endedAtMs: NOW - 200_000 }),
      aLaunch({ step: 'failed', instanceId: 'i-dead', endedAtMs: NOW - 30_000 }),
      aRemoval({ nodeName: 'i-0', instanceId: 'i-0', step: 'draining' }),
      aRemoval({ nodeName: 'i-1', instanceId: 'i-1', step: 'aborted', endedAtMs: NOW - 60_000 }),
      aRemoval({ nodeName: 'gone', step: 'removed', endedAtMs: NOW - 900_000 }),
    ),
  ),
  { maxLength: 2 },
);

const signals: fc.Arbitrary<Signal> = fc.oneof(
  fc.constantFrom(10, 29.9, 30, 70, 70.1, 90).map((value) => steady(value, { untilMs: NOW })),
  fc.constantFrom(5, 95).map((value) => steady(value, { untilMs: NOW, coverage: 0.5 })),
  fc.constant<Signal>({ status: 'unknown', why: 'down' }),
);

/** Worlds of workers of ours with pods, a few operations and any telemetry. */
export const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({ nodes, pods, operations, cpu: signals, memory: signals, isCloudKnown: fc.boolean() })
  .map((world) => {
    const workers = world.nodes.map((parts, i) => aNode({ name: `i-${i}`, ...parts }));
    const all = world.pods.map(({ host, cpu, kind, replicas, sinceMs, disruption }, i) => {
      const nodeName = workers[host]?.name;
      const owner = { kind, name: kind, uid: kind, replicas };
      const name = `p-${i}`;
      const since = nodeName === undefined ? sinceMs : undefined;
      return aPod({ name, nodeName, cpu, owner, disruption, unschedulableSinceMs: since });
    });
    const utilization = aUtilization({ cpuPercent: world.cpu, memoryPercent: world.memory });
    const made = aSnapshot({
      nodes: workers,
      pods: all,
      utilization,
      operations: world.operations.map((operation, i) => ({ ...operation, id: `op-${i}` })),
    });
    return world.isCloudKnown ? made : { ...made, instances: { status: 'unknown', why: 'timeout' } };
  });
