import { type Instance, isAlive } from '../../../model/instance.ts';
import { isAdmitted, type Node } from '../../../model/node.ts';
import type { Operation } from '../../../model/operation.ts';
import type { Policy } from '../../../policy/policy-schema.ts';
import type { ObservedWorld } from '../observed-world.ts';

/**
 * Whether the instance is a ready node that takes pods and that EC2 does not interrupt: its termination is voluntary. A node that
 * turns ready while its launch is being undone was never admitted (F37).
 */
export function isServing(instance: Instance, observed: ObservedWorld): boolean {
  const node = nodeOf(instance, observed);
  const takesPods = node?.isReady === true && isAdmitted(node);
  return isAlive(instance) && takesPods && !observed.isNoticed(instance.id);
}

export function nodeOf(instance: Instance, observed: ObservedWorld): Node | undefined {
  return observed.cluster.nodes.find((node) => node.instanceId === instance.id);
}

/** The operation that deals with the instance now. */
export function operationOn(instanceId: string, observed: ObservedWorld): Operation | undefined {
  return observed.unended().find((o) => o.instanceId === instanceId);
}

/** Instances that a removal is about to end. */
export function removedInstances(observed: ObservedWorld): ReadonlySet<string> {
  const removals = observed.unended().filter((o) => o.kind === 'remove' && o.step !== 'aborting');
  return new Set(removals.map((o) => o.instanceId ?? ''));
}

/** The policy under which the instance's removal was decided, which may not be the present one any more. */
export function decidedBy(instance: Instance, observed: ObservedWorld): Policy {
  const operation = operationOn(instance.id, observed);
  return (
    (operation === undefined ? undefined : observed.policyOf(operation.policy.digest)) ?? observed.policy
  );
}
