import { type Instance, isAlive } from '../model/instance.ts';
import type { Node } from '../model/node.ts';
import { hasEnded } from '../model/operation.ts';
import { needsEviction, type Pod, podRef } from '../model/pod.ts';
import { TAG } from '../model/tags.ts';
import type { Policy } from '../policy/policy-schema.ts';
import type { WorldSight, WorldWrite } from './world-sight.ts';

/** A law of the design: checked at every write of the controller, at every look at the world, or both. */
export interface Invariant {
  readonly number: number;
  readonly title: string;
  /** What is wrong with the write, or `undefined`. */
  readonly atWrite?: (write: WorldWrite, sight: WorldSight) => string | undefined;
  /** What is wrong with the world, or `undefined`. */
  readonly atLook?: (sight: WorldSight) => string | undefined;
  /** What is wrong with the world after a long time without faults, or `undefined`. */
  readonly atRest?: (sight: WorldSight) => string | undefined;
}

/** What an instance may be late by before it counts as nobody's: the loop's interval and the calls it takes. */
const OWNER_SLACK_MS = 120_000;

/** The invariants of docs/architecture.md, by their numbers. */
export const INVARIANTS: readonly Invariant[] = [
  { number: 1, title: 'never more than max instances that cost money', atWrite: exceedsMaximum },
  { number: 2, title: 'never fewer than min by its own doing', atWrite: undercutsMinimum },
  { number: 3, title: 'no instance without an owner', atLook: ownerless },
  { number: 4, title: 'one intent, at most one instance', atWrite: secondInstance },
  { number: 5, title: 'no eviction that a budget forbids, no protected pod evicted', atWrite: harmsPods },
  { number: 6, title: 'no node left cordoned by an operation that ended', atLook: forgottenCordon },
  { number: 7, title: 'the last node of a zone stays', atWrite: emptiesZone },
  { number: 8, title: 'nothing is written by a replica without the lease', atWrite: writesWithoutLease },
  { number: 9, title: 'every change has a decision, every decision a policy', atWrite: undecided },
  {
    number: 10,
    title: 'after the faults the fleet is what the policy asks, and stays still',
    atRest: restless,
  },
];

/** A launch in flight when the maximum is lowered still counts by the policy that decided it; what people add is theirs. */
function exceedsMaximum(write: WorldWrite, sight: WorldSight): string | undefined {
  if (write.kind !== 'launched') return undefined;
  const { instances, policy } = sight;
  const alive = instances.filter(
    (instance) => isAlive(instance) && instance.operationId !== undefined,
  ).length;
  const decider = sight.policyOf(write.request.tags[TAG.policyDigest] ?? '') ?? policy;
  const max = Math.max(policy.nodes.max, decider.nodes.max);
  return alive > max ? `${alive} instances cost money, nodes.max is ${max}` : undefined;
}

/** Capacity that is there or comes without this instance: alive, and not itself on the way out by our hand. */
function undercutsMinimum(write: WorldWrite, sight: WorldSight): string | undefined {
  if (write.kind !== 'terminate' || !isServing(write.instance, sight)) return undefined;
  const leaving = removedInstances(sight);
  const others = sight.instances.filter(
    (instance) => isAlive(instance) && instance.id !== write.instance.id && !leaving.has(instance.id),
  ).length;
  const min = Math.min(sight.policy.nodes.min, decidedBy(write.instance, sight).nodes.min);
  return others < min
    ? `terminating ${write.instance.id} leaves ${others} instances, nodes.min is ${min}`
    : undefined;
}

/** What people started without an operation is theirs (F46). */
function ownerless(sight: WorldSight): string | undefined {
  // A process whose clock is behind sees every age that much too small.
  const patienceMs = sight.policy.launch.joinTimeoutSeconds * 1_000 + OWNER_SLACK_MS + Math.abs(sight.skewMs);
  const owned = new Set(sight.unended().flatMap((o) => (o.instanceId === undefined ? [] : [o.instanceId])));
  const lost = sight.instances.find((instance) => {
    if (!isAlive(instance) || owned.has(instance.id) || instance.operationId === undefined) return false;
    const node = nodeOf(instance, sight);
    const sinceMs = node === undefined ? instance.launchedAtMs : (node.readyChangedAtMs ?? 0);
    return node?.isReady !== true && sight.nowMs - sinceMs > patienceMs;
  });
  return lost === undefined ? undefined : `${lost.id} costs money, is no ready node, and no operation has it`;
}

function secondInstance(write: WorldWrite, { instances }: WorldSight): string | undefined {
  if (write.kind !== 'launched') return undefined;
  const { operationId } = write.request;
  const ids = instances.filter((i) => isAlive(i) && i.operationId === operationId).map((i) => i.id);
  return ids.length > 1 ? `operation ${operationId} has the instances ${ids.join(' and ')}` : undefined;
}

function harmsPods(write: WorldWrite, sight: WorldSight): string | undefined {
  switch (write.kind) {
    case 'evict':
      return harmsByEviction(write.pod, sight);
    case 'terminate':
      return harmsByTermination(write.instance, sight);
    default:
      return undefined;
  }
}

function harmsByEviction(pod: Pod, sight: WorldSight): string | undefined {
  const node = sight.cluster.nodes.find((n) => n.name === pod.nodeName);
  // A node that is lost anyway has to be emptied as well as can be.
  const isLost =
    node?.isReady !== true || (node.instanceId !== undefined && sight.isNoticed(node.instanceId));
  const guard = isLost ? undefined : protection(pod);
  return guard === undefined ? undefined : `${podRef(pod)} is evicted from ${pod.nodeName}, but ${guard}`;
}

/** Why R45 and R46 forbid moving the pod. */
function protection(pod: Pod): string | undefined {
  if (pod.disruption === 'never') return 'its annotation forbids it';
  if (pod.owner === undefined) return 'nothing would make it again';
  if (pod.namespace === 'kube-system') return 'it belongs to the system';
  if (pod.owner.kind === 'StatefulSet') return 'a StatefulSet owns it';
  if (pod.owner.replicas === 1) return 'it is the only replica';
  return pod.hasLocalVolume && pod.disruption !== 'always' ? 'its data lives on the node' : undefined;
}

function harmsByTermination(instance: Instance, sight: WorldSight): string | undefined {
  if (!isServing(instance, sight)) return undefined;
  const left = sight.cluster.pods.find(
    (pod) => pod.nodeName === nodeOf(instance, sight)?.name && needsEviction(pod),
  );
  return left === undefined
    ? undefined
    : `${instance.id} is terminated while ${podRef(left)} still runs on it`;
}

function forgottenCordon(sight: WorldSight): string | undefined {
  for (const { name, cordonedBy } of sight.cluster.nodes) {
    if (cordonedBy === undefined) continue;
    const operation = sight.operation(cordonedBy.operationId);
    if (operation === undefined)
      return `${name} is cordoned by ${cordonedBy.operationId}, which nobody knows`;
    if (hasEnded(operation)) return `${name} is cordoned by ${operation.id}, which is '${operation.step}'`;
  }
  return undefined;
}

function emptiesZone(write: WorldWrite, sight: WorldSight): string | undefined {
  const { nodes, instances } = sight.policy;
  if (
    write.kind !== 'terminate' ||
    nodes.minPerZone === 0 ||
    decidedBy(write.instance, sight).nodes.minPerZone === 0 ||
    !isServing(write.instance, sight)
  )
    return undefined;
  const { zone, id } = write.instance;
  if (!instances.zones.includes(zone)) return undefined;
  const leaving = removedInstances(sight);
  const others = sight.instances.filter((i) => isAlive(i) && i.id !== id && !leaving.has(i.id));
  if (others.length < instances.zones.length) return undefined;
  return others.some((i) => i.zone === zone) ? undefined : `${id} was the last of zone ${zone}`;
}

function writesWithoutLease(write: WorldWrite, sight: WorldSight): string | undefined {
  if (write.kind === 'launched' || write.kind === 'evicted' || sight.isLeader()) return undefined;
  return `${write.kind} without the lease`;
}

function undecided(write: WorldWrite, sight: WorldSight): string | undefined {
  switch (write.kind) {
    case 'launch': {
      const { tags, operationId } = write.request;
      const decision = tags[TAG.decision] ?? sight.operation(operationId)?.decisionId;
      return nameless(`launch ${operationId}`, decision, tags[TAG.policyDigest], sight);
    }
    case 'terminate': {
      const { id } = write.instance;
      const operation = sight.unended().find((o) => o.instanceId === id);
      return nameless(`terminate ${id}`, operation?.decisionId, operation?.policy.digest, sight);
    }
    case 'cordon': {
      const operation = sight.operation(write.operationId);
      return nameless(`cordon ${write.nodeName}`, operation?.decisionId, operation?.policy.digest, sight);
    }
    default:
      return undefined;
  }
}

function nameless(
  what: string,
  decisionId: string | undefined,
  digest: string | undefined,
  sight: WorldSight,
): string | undefined {
  if (decisionId === undefined) return `${what}: no decision asked for it`;
  if (digest === undefined) return `${what}: it names no policy`;
  const decided = sight.decisionDigest(decisionId);
  if (decided === undefined) return `${what}: decision ${decisionId} was never reported`;
  return decided === digest ? undefined : `${what}: it names ${digest}, decision ${decisionId} ${decided}`;
}

/** The policy under which the instance's removal was decided, which may not be the present one any more. */
function decidedBy(instance: Instance, sight: WorldSight): Policy {
  const operation = sight.unended().find((o) => o.instanceId === instance.id);
  return (operation === undefined ? undefined : sight.policyOf(operation.policy.digest)) ?? sight.policy;
}

/** Whether the instance is a ready node that EC2 does not take back: ending it is a choice. */
function isServing(instance: Instance, sight: WorldSight): boolean {
  return isAlive(instance) && nodeOf(instance, sight)?.isReady === true && !sight.isNoticed(instance.id);
}

function nodeOf(instance: Instance, sight: WorldSight): Node | undefined {
  return sight.cluster.nodes.find((node) => node.instanceId === instance.id);
}

/** Instances that a removal is about to end. */
function removedInstances(sight: WorldSight): ReadonlySet<string> {
  const removals = sight.unended().filter((o) => o.kind === 'remove' && o.step !== 'aborting');
  return new Set(removals.map((o) => o.instanceId ?? ''));
}

/** Looked at when nothing has gone wrong for long: nothing is under way, nothing is left over, nobody waits for room there is. */
function restless(sight: WorldSight): string | undefined {
  const { policy, instances, cluster } = sight;
  const [open] = sight.unended();
  if (open !== undefined) return `${open.kind} ${open.id} is still '${open.step}'`;
  const alive = instances.filter(isAlive);
  if (alive.length < policy.nodes.min) return `${alive.length} instances, nodes.min is ${policy.nodes.min}`;
  if (alive.length > policy.nodes.max) return `${alive.length} instances, nodes.max is ${policy.nodes.max}`;
  const stray = alive.find((i) => i.operationId !== undefined && nodeOf(i, sight)?.isReady !== true);
  if (stray !== undefined) return `${stray.id} costs money and is no ready node`;
  const ids = new Set(alive.map(({ id }) => id));
  const lost = cluster.nodes.find((node) => node.instanceId !== undefined && !ids.has(node.instanceId));
  if (lost !== undefined) return `node ${lost.name} has no instance`;
  const waiting = cluster.pods.find(
    (pod) => pod.unschedulableSinceMs !== undefined && pod.nodeName === undefined,
  );
  const isFull = alive.length === policy.nodes.max;
  return waiting === undefined || isFull ? undefined : `${podRef(waiting)} waits though the fleet may grow`;
}
