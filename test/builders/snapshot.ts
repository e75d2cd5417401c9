import type { Instance } from '../../src/model/instance.ts';
import type { Node } from '../../src/model/node.ts';
import { type Signal, type Utilization, unknownSignal } from '../../src/model/signal.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { anInstance, offerings } from './fleet.ts';

const STEP_MS = 15_000;

/** A signal that had this value for the whole of `windowMs` before `untilMs`, by default the last 15 minutes before 0. */
export function steady(value: number, { untilMs = 0, windowMs = 900_000, coverage = 1 } = {}): Signal {
  const count = Math.floor(windowMs / STEP_MS) + 1;
  const samples = Array.from({ length: count }, (_, i) => ({
    atMs: untilMs - (count - 1 - i) * STEP_MS,
    value,
  }));
  return { status: 'known', samples, stepMs: STEP_MS, coverage };
}

/** Utilization of which a test says only what matters; the rest is unknown. */
export function aUtilization(parts: Partial<Utilization> = {}): Utilization {
  const unknown = unknownSignal('the test says nothing of it');
  return {
    cpuPercent: unknown,
    memoryPercent: unknown,
    networkBytesPerSecond: unknown,
    diskBytesPerSecond: unknown,
    nodeCpuPercent: {},
    ...parts,
  };
}

/** A snapshot with nothing in it but a catalogue; instances of launches of ours are made for the nodes unless given. */
export function aSnapshot(parts: Partial<Snapshot> = {}): Snapshot {
  const nodes = parts.nodes ?? [];
  return {
    takenAtMs: 0,
    nodes,
    pods: [],
    budgets: [],
    daemons: [],
    instances: { status: 'known', value: nodes.flatMap(instanceBehind) },
    interruptions: [],
    offerings: offerings(),
    utilization: aUtilization(),
    operations: [],
    ...parts,
  };
}

function instanceBehind(node: Node): Instance[] {
  if (node.instanceId === undefined || node.isControlPlane) return [];
  const { zone, type, lifecycle } = node;
  if (zone === undefined || type === undefined || lifecycle === undefined) return [];
  const operationId = `launch-of-${node.name}`;
  return [
    anInstance({ id: node.instanceId, zone, type, lifecycle, launchedAtMs: node.createdAtMs, operationId }),
  ];
}
