import { memoizeByIdentity } from './memoize-by-identity.ts';
import { type Node, readyWorkerType } from './node.ts';
import type { Offering } from './offering.ts';
import { parseOfferingKey } from './offering.ts';
import type { Operation } from './operation.ts';
import type { Resources } from './resources.ts';

/** Less than this share of what the catalogue says is a fault of one machine, and no fact about its type. */
const PLAUSIBLE_SHARE = 0.5;

/** What machines of each type really offer to pods: of those that are ready, and of those that joined of late, the least. */
export type SeenAllocatable = ReadonlyMap<string, Resources>;

/** Reads it from the nodes that are there and from the launches in the ledger, which remember it for a day. */
export function seenAllocatable(nodes: readonly Node[], operations: readonly Operation[]): SeenAllocatable {
  return seenIn(nodes)(operations);
}

const seenIn = memoizeByIdentity((nodes: readonly Node[]) =>
  memoizeByIdentity((operations: readonly Operation[]) => seenBy(nodes, operations)),
);

function seenBy(nodes: readonly Node[], operations: readonly Operation[]): SeenAllocatable {
  const seen = new Map(joinedIn(operations));
  for (const node of nodes) {
    const type = readyWorkerType(node);
    const { allocatable } = node;
    if (type !== undefined && allocatable.memoryMiB > 0) seen.set(type, least(seen.get(type), allocatable));
  }
  return seen;
}

/** What a new machine of the offering is expected to offer to pods: as seen, else as the catalogue says. */
export function expectedAllocatable({ type, allocatable }: Offering, seen: SeenAllocatable): Resources {
  const real = seen.get(type);
  if (real === undefined) return allocatable;
  const either = (name: 'cpuMillis' | 'memoryMiB' | 'pods') =>
    real[name] >= PLAUSIBLE_SHARE * allocatable[name] ? real[name] : allocatable[name];
  const expected = {
    ...allocatable,
    cpuMillis: either('cpuMillis'),
    memoryMiB: either('memoryMiB'),
    pods: either('pods'),
  };
  const isAsSaid =
    expected.cpuMillis === allocatable.cpuMillis &&
    expected.memoryMiB === allocatable.memoryMiB &&
    expected.pods === allocatable.pods;
  return isAsSaid ? allocatable : expected;
}

const joinedIn = memoizeByIdentity((operations: readonly Operation[]): SeenAllocatable => {
  const seen = new Map<string, Resources>();
  for (const operation of operations) {
    if (operation.kind !== 'launch' || operation.allocatable === undefined) continue;
    const type = parseOfferingKey(operation.offering)?.type;
    if (type !== undefined) seen.set(type, least(seen.get(type), operation.allocatable));
  }
  return seen;
});

function least(a: Resources | undefined, b: Resources): Resources {
  if (a === undefined) return b;
  return {
    cpuMillis: Math.min(a.cpuMillis, b.cpuMillis),
    memoryMiB: Math.min(a.memoryMiB, b.memoryMiB),
    pods: Math.min(a.pods, b.pods),
  };
}
