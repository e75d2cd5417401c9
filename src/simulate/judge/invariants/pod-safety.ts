import type { Instance } from '../../../model/instance.ts';
import { isAdmitted } from '../../../model/node.ts';
import { needsEviction, type Pod, podRef } from '../../../model/pod.ts';
import type { ObservedWorld, WorldWrite } from '../observed-world.ts';
import { isServing, nodeOf } from './serving.ts';

export function violationOfPodSafety(write: WorldWrite, observed: ObservedWorld): string | undefined {
  switch (write.kind) {
    case 'evict':
      return violationByEviction(write.pod, observed);
    case 'terminate':
      return violationByTermination(write.instance, observed);
    case 'stop':
      return violationByStop(write.instance, observed);
    default:
      return undefined;
  }
}

/** Only what was never a worker may be stopped: its taint has kept pods away. */
function violationByStop(instance: Instance, observed: ObservedWorld): string | undefined {
  const node = nodeOf(instance, observed);
  if (node === undefined) return undefined;
  if (isAdmitted(node)) return `${instance.id} is stopped though it is a worker`;
  const pod = observed.cluster.pods.find((one) => one.nodeName === node.name && needsEviction(one));
  return pod === undefined ? undefined : `${instance.id} is stopped while ${podRef(pod)} runs on it`;
}

function violationByEviction(pod: Pod, observed: ObservedWorld): string | undefined {
  const node = observed.cluster.nodes.find((n) => n.name === pod.nodeName);
  // A node that is lost anyway has to be emptied as well as can be.
  const isLost =
    node?.isReady !== true || (node.instanceId !== undefined && observed.isNoticed(node.instanceId));
  const guard = isLost ? undefined : protection(pod);
  return guard === undefined ? undefined : `${podRef(pod)} is evicted from ${pod.nodeName}, but ${guard}`;
}

/** Why R45 and R46 forbid moving the pod. */
function protection(pod: Pod): string | undefined {
  if (pod.disruption === 'never') return 'its annotation forbids it';
  if (pod.owner === undefined) return 'nothing would make it again';
  if (pod.namespace === 'kube-system') return 'it belongs to the system';
  if (pod.owner.kind === 'StatefulSet') return 'a StatefulSet owns it';
  if (pod.owner.replicas === 1 && pod.owner.move !== 'evict' && pod.disruption !== 'always')
    return 'it is the only replica';
  return pod.hasLocalVolume && pod.disruption !== 'always' ? 'its data lives on the node' : undefined;
}

/** Whether the pod has to stay where it is, so that its node has to. */
export function isPinned(pod: Pod): boolean {
  return protection(pod) !== undefined;
}

function violationByTermination(instance: Instance, observed: ObservedWorld): string | undefined {
  if (!isServing(instance, observed)) return undefined;
  const left = observed.cluster.pods.find(
    (pod) => pod.nodeName === nodeOf(instance, observed)?.name && needsEviction(pod),
  );
  return left === undefined
    ? undefined
    : `${instance.id} is terminated while ${podRef(left)} still runs on it`;
}
