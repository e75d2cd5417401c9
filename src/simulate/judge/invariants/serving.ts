import { type Instance, isAlive } from '../../../model/instance.ts';
import { isAdmitted, type Node } from '../../../model/node.ts';
import type { Operation } from '../../../model/operation.ts';
import type { Policy } from '../../../policy/policy-schema.ts';
import type { WorldSight } from '../world-sight.ts';

/**
 * Whether the instance is a ready node that takes pods and that EC2 does not take back: ending it is a choice. A node that turns ready
 * while its launch is being undone was never admitted (F37).
 */
export function isServing(instance: Instance, sight: WorldSight): boolean {
  const node = nodeOf(instance, sight);
  const takesPods = node?.isReady === true && isAdmitted(node);
  return isAlive(instance) && takesPods && !sight.isNoticed(instance.id);
}

export function nodeOf(instance: Instance, sight: WorldSight): Node | undefined {
  return sight.cluster.nodes.find((node) => node.instanceId === instance.id);
}

/** The operation that deals with the instance now. */
export function operationOn(instanceId: string, sight: WorldSight): Operation | undefined {
  return sight.unended().find((o) => o.instanceId === instanceId);
}

/** Instances that a removal is about to end. */
export function removedInstances(sight: WorldSight): ReadonlySet<string> {
  const removals = sight.unended().filter((o) => o.kind === 'remove' && o.step !== 'aborting');
  return new Set(removals.map((o) => o.instanceId ?? ''));
}

/** The policy under which the instance's removal was decided, which may not be the present one any more. */
export function decidedBy(instance: Instance, sight: WorldSight): Policy {
  const operation = operationOn(instance.id, sight);
  return (operation === undefined ? undefined : sight.policyOf(operation.policy.digest)) ?? sight.policy;
}
