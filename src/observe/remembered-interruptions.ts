import { type Interruption, stillCounts } from '../model/interruption.ts';
import { memoizeByIdentity } from '../model/memoize-by-identity.ts';
import type { Node } from '../model/node.ts';

/** What is announced, with what was written on the nodes before this process heard of anything. */
export function withRemembered(
  announced: readonly Interruption[],
  nodes: readonly Node[],
  nowMs: number,
): readonly Interruption[] {
  const remembered = announcedNodes(nodes).flatMap((node) => rememberedOf(node, nowMs));
  const changes = remembered.filter((one) => !announced.some((known) => isSame(known, one)));
  return changes.length === 0 ? announced : [...announced, ...changes];
}

/** Whether a node says what was announced, so that nobody has to hear it again. */
export function isRemembered(interruption: Interruption, nodes: readonly Node[], nowMs: number): boolean {
  return announcedNodes(nodes).some((node) =>
    rememberedOf(node, nowMs).some((one) => isSame(one, interruption)),
  );
}

/** Nodes that something is written on. */
const announcedNodes = memoizeByIdentity((nodes: readonly Node[]): readonly Node[] =>
  nodes.filter(({ announced }) => announced !== undefined),
);

function rememberedOf({ instanceId, announced }: Node, nowMs: number): readonly Interruption[] {
  if (instanceId === undefined || announced === undefined) return [];
  return announced.map((one) => ({ ...one, instanceId })).filter((one) => stillCounts(one, nowMs));
}

function isSame(one: Interruption, other: Interruption): boolean {
  return one.kind === other.kind && one.instanceId === other.instanceId;
}
