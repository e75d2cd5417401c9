/** What is done to a node, or to the removal of it. */
interface NamesNode {
  readonly nodeName: string;
}

/**
 * The removals in their order without those of a node that is named before, by `named` or by another of them: two operations on one
 * node would undo each other, and the one that drains would lose to the one that does not.
 */
export function onePerNode<T extends NamesNode>(
  removals: readonly T[],
  named: readonly NamesNode[],
): readonly T[] {
  const names = new Set(named.map(({ nodeName }) => nodeName));
  return removals.filter(({ nodeName }) => {
    if (names.has(nodeName)) return false;
    names.add(nodeName);
    return true;
  });
}
