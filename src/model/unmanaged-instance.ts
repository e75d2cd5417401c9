import { type Instance, isAlive } from './instance.ts';
import { memoizeByIdentity } from './memoize-by-identity.ts';
import { isAdmitted, type Node } from './node.ts';

/**
 * Whether the instance is unmanaged: it was started manually, so no launch of ours admits its node (F46). If its startup taint
 * was removed manually, it takes pods and is a worker like others.
 */
export function isUnmanaged({
  node,
  instance,
}: {
  readonly node: Node | undefined;
  readonly instance: Instance | undefined;
}): boolean {
  if (instance === undefined || instance.operationId !== undefined) return false;
  return node === undefined || !isAdmitted(node);
}

/** The unmanaged instances among those that EC2 lists and that cost money. */
export function unmanagedInstances(
  instances: readonly Instance[],
  nodes: readonly Node[],
): readonly { readonly instance: Instance; readonly node: Node | undefined }[] {
  return suspectsIn(instances)
    .map((instance) => ({ instance, node: nodes.find((node) => node.instanceId === instance.id) }))
    .filter(isUnmanaged);
}

const suspectsIn = memoizeByIdentity((instances: readonly Instance[]): readonly Instance[] =>
  instances.filter((instance) => instance.operationId === undefined && isAlive(instance)),
);
