import * as fc from 'fast-check';
import type { Instance } from '../../src/model/instance.ts';
import type { Interruption } from '../../src/model/interruption.ts';
import { type Node, STARTUP_TAINT_KEY } from '../../src/model/node.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { aLaunch, aNode, anInstance, aRemoval } from './fleet.ts';
import { anInterruption } from './interruption.ts';

const HELD = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];

/** What may be the matter with the machine of one node. */
const MATTERS = [
  'nothing',
  'nothing',
  'by-hand',
  'by-hand-silent',
  'given-to-the-fleet',
  'spot-warning',
  'spot-warning-silent',
  'rebalance',
  'maintenance',
  'undoing',
  'failed',
  'draining',
  'aborting',
  'silent-long',
  'ending',
] as const;

type Matter = (typeof MATTERS)[number];

/** The same world in which something is the matter with each machine, and machines wait in the warm pool. */
export function anyTrouble(snapshot: Snapshot, nowMs: number): fc.Arbitrary<Snapshot> {
  const { length } = snapshot.nodes;
  return fc
    .record({
      matters: fc.array(fc.constantFrom(...MATTERS), { minLength: length, maxLength: length }),
      asleep: fc.integer({ min: 0, max: 2 }),
      silentMs: fc.constantFrom(5_000, 299_000, 300_000, 2_000_000),
    })
    .map(({ matters, asleep, silentMs }) => {
      const changed = snapshot.nodes.map((node, i) =>
        nodeWith(matters[i] ?? 'nothing', node, nowMs - silentMs),
      );
      const pooled = Array.from({ length: asleep }, (_, i) => `w-${i}`);
      const pool = pooled.map((name) => aNode({ name, isReady: false, taints: HELD }));
      const happenings = changed.map((node, i) => happeningsTo(node, matters[i] ?? 'nothing', nowMs));
      return {
        ...snapshot,
        nodes: [...changed, ...pool],
        instances: instancesWith(snapshot, matters, pooled),
        interruptions: happenings.flatMap(({ interruptions }) => interruptions),
        operations: [...snapshot.operations, ...happenings.flatMap(({ operations }) => operations)],
      };
    });
}

function nodeWith(matter: Matter, node: Node, silentSinceMs: number): Node {
  const silent = { isReady: false, readyChangedAtMs: silentSinceMs };
  switch (matter) {
    case 'by-hand':
      return { ...node, taints: HELD };
    case 'by-hand-silent':
      return { ...node, ...silent, taints: HELD };
    case 'undoing':
    case 'failed':
      return { ...node, ...silent, taints: HELD };
    case 'spot-warning-silent':
    case 'aborting':
    case 'silent-long':
      return { ...node, ...silent };
    default:
      return node;
  }
}

function instancesWith(
  { instances }: Snapshot,
  matters: readonly Matter[],
  pooled: readonly string[],
): Snapshot['instances'] {
  if (instances.status === 'unknown') return instances;
  const changed = instances.value.map((instance, i): Instance => {
    const matter = matters[i] ?? 'nothing';
    if (matter === 'ending') return { ...instance, state: 'shutting-down' };
    const isOfPeople = matter.startsWith('by-hand') || matter === 'given-to-the-fleet';
    return isOfPeople ? { ...instance, operationId: undefined } : instance;
  });
  const asleep = pooled.map((id) =>
    anInstance({ id, state: 'stopped', isWarm: true, operationId: `fill-of-${id}` }),
  );
  return { status: 'known', value: [...changed, ...asleep] };
}

function happeningsTo(
  { name, instanceId = '' }: Node,
  matter: Matter,
  nowMs: number,
): { readonly interruptions: readonly Interruption[]; readonly operations: readonly Operation[] } {
  const announced = (kind: Interruption['kind']) => ({
    interruptions: [anInterruption({ kind, instanceId, atMs: nowMs - 5_000 })],
    operations: [],
  });
  const carriedOut = (operation: Operation) => ({
    interruptions: [],
    operations: [{ ...operation, id: `of-${name}` }],
  });
  switch (matter) {
    case 'by-hand':
    case 'by-hand-silent':
    case 'spot-warning':
    case 'spot-warning-silent':
      return announced('spot-warning');
    case 'rebalance':
    case 'maintenance':
      return announced(matter);
    case 'undoing':
      return carriedOut(aLaunch({ step: 'undoing', instanceId }));
    case 'failed':
      return carriedOut(aLaunch({ step: 'failed', instanceId, endedAtMs: nowMs - 1_000 }));
    case 'draining':
    case 'aborting':
      return carriedOut(aRemoval({ step: matter, nodeName: name, instanceId, deadlineMs: nowMs + 60_000 }));
    default:
      return { interruptions: [], operations: [] };
  }
}
