import { type Instance, isAlive } from './instance.ts';
import { isAdmitted, type Node } from './node.ts';

/**
 * Whether the machine was started by somebody's hand and holds no pods: no launch of ours made it, so none admits its node (F46).
 * One that takes pods, because a person took the startup taint off, is a worker like others.
 */
export function isStranger({
  node,
  instance,
}: {
  readonly node: Node | undefined;
  readonly instance: Instance | undefined;
}): boolean {
  if (instance === undefined || instance.operationId !== undefined) return false;
  return node === undefined || !isAdmitted(node);
}

/** The strangers among what EC2 lists, as far as they cost money. */
export function strangersAmong(
  instances: readonly Instance[],
  nodes: readonly Node[],
): readonly { readonly instance: Instance; readonly node: Node | undefined }[] {
  const suspects = instances.filter((instance) => instance.operationId === undefined && isAlive(instance));
  return suspects
    .map((instance) => ({ instance, node: nodes.find((node) => node.instanceId === instance.id) }))
    .filter(isStranger);
}
