import { allocatableOf, instanceType } from '../../../catalogue/instance-type.ts';
import { isAlive } from '../../../model/instance.ts';
import type { LaunchOperation } from '../../../model/operation.ts';
import { occupiesNode, type Pod, podRef } from '../../../model/pod.ts';
import { fitsInto, type Resources, subtractResources } from '../../../model/resources.ts';
import { selects } from '../../../model/selector.ts';
import type { ObservedWorld, WorldWrite } from '../observed-world.ts';

const MINUTE_MS = 60_000;
/** A pod that a machine can help waits for a boot, and this much longer at most. */
const MAX_BEYOND_BOOT_MS = 180_000;
/** The slowest boot of these worlds that is none of a fault. */
const SLOWEST_BOOT_MS = 180_000;
/** For so long an offering may rest that had no capacity. */
const MAX_REST_MS = 10 * MINUTE_MS;
/** Where machines of some offerings never join: the deadlines of two of them, and pauses between. */
const MAX_WHERE_JOINS_FAIL_MS = 25 * MINUTE_MS;
/** So long after a disturbance a launch may be made again of which nothing is known. */
const RECOVERS_WITHIN_MS = 5 * MINUTE_MS;

/** Since when pods wait for a machine that could be had; anything injected meanwhile, or a full fleet, starts the time anew. */
export class WaitingPods {
  #sinceMs: ReadonlyMap<string, number> = new Map();

  /** The first pod that waits for too long, at a check of the world. */
  violation(observed: ObservedWorld): string | undefined {
    const { elapsedMs, disturbedUntil, policy, cluster, instances } = observed;
    const sinceMs = new Map<string, number>();
    const isFull = instances.filter(isAlive).length >= policy.nodes.max;
    const isExcused =
      isFull || policy.suspend || !policy.pending.enabled || policy.cost.maxUsdPerHour !== undefined;
    let late: string | undefined;
    for (const pod of isExcused ? [] : cluster.pods.filter(isWaiting)) {
      if (!canBeHelped(pod, observed)) continue;
      const known = this.#sinceMs.get(pod.uid) ?? elapsedMs;
      const fromMs = Math.max(known, disturbedUntil.anyMs, disturbedUntil.fleetMs + MAX_REST_MS);
      sinceMs.set(pod.uid, fromMs);
      const mayMs =
        disturbedUntil.joinsMs + MAX_WHERE_JOINS_FAIL_MS > fromMs
          ? MAX_WHERE_JOINS_FAIL_MS
          : SLOWEST_BOOT_MS + MAX_BEYOND_BOOT_MS;
      if (elapsedMs - fromMs > mayMs + waitsByPolicyMs(observed))
        late ??= `${podRef(pod)} waits for more than ${Math.round(mayMs / 1_000)} s though a launch would help`;
    }
    this.#sinceMs = sinceMs;
    return late;
  }
}

/** Policies that look seldom or only at pods of some age are slower by that. */
function waitsByPolicyMs({ policy }: ObservedWorld): number {
  const { pending, loop, cooldown } = policy;
  return (
    1_000 *
    (pending.minAgeSeconds + loop.intervalSeconds + (pending.obeysCooldown ? cooldown.afterGrowthSeconds : 0))
  );
}

function isWaiting(pod: Pod): boolean {
  return pod.nodeName === undefined && pod.unschedulableSinceMs !== undefined && pod.phase === 'Pending';
}

/** Whether an empty worker of the policy's types and zones would hold the pod; rules between pods are left to the scheduler. */
function canBeHelped(pod: Pod, { policy, cluster }: ObservedWorld): boolean {
  if (pod.podAffinity.length > 0 || pod.podAntiAffinity.length > 0 || pod.volumeNodes.length > 0)
    return false;
  if (pod.topologySpread.some(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')) return false;
  const { types, zones } = policy.instances;
  return types.some((name) => {
    const type = instanceType(name);
    if (type === undefined) return false;
    const agents = cluster.daemons.filter(({ nodeSelector }) => nodeSelector.length === 0);
    const room = agents.reduce(
      (left, { requests }) => subtractResources(left, requests),
      allocatableOf(type),
    );
    if (!fitsInto(pod.requests, room)) return false;
    const labels = { 'kubernetes.io/arch': type.arch, 'node.kubernetes.io/instance-type': name };
    return zones.some((zone) =>
      ['spot', 'on-demand'].some((lifecycle) =>
        selects(pod.nodeSelector, {
          ...labels,
          'topology.kubernetes.io/zone': zone,
          'smartscale.dev/lifecycle': lifecycle,
        }),
      ),
    );
  });
}

/** Which launch was last made for each pod, by the pod's uid. */
export class Purchases {
  readonly #byPod = new Map<string, { readonly operationId: string; readonly atMs: number }>();

  /** What is wrong with a launch for a pod that has one already: in flight, or there with room for the pod, or never holding it. */
  violation(write: WorldWrite, observed: ObservedWorld): string | undefined {
    if (write.kind !== 'launch') return undefined;
    const launch = observed.operation(write.request.operationId);
    if (launch?.kind !== 'launch' || !isForPods(launch)) return undefined;
    let twice: string | undefined;
    for (const name of launch.nominatedPods) {
      const pod = observed.cluster.pods.find((one) => podRef(one) === name && one.nodeName === undefined);
      if (pod === undefined) continue;
      const earlier = this.#earlierFor(pod, launch, observed);
      if (earlier !== undefined)
        twice ??= `${launch.id} is launched for ${name}, for which ${earlier} was bought`;
      this.#byPod.set(pod.uid, { operationId: launch.id, atMs: observed.elapsedMs });
    }
    return twice;
  }

  /** The id of an earlier launch that the pod should have been content with. */
  #earlierFor(pod: Pod, launch: LaunchOperation, observed: ObservedWorld): string | undefined {
    const known = this.#byPod.get(pod.uid);
    if (known === undefined || known.operationId === launch.id) return undefined;
    if (observed.disturbedUntil.anyMs >= known.atMs - RECOVERS_WITHIN_MS) return undefined;
    const earlier = observed.operation(known.operationId);
    return earlier?.kind === 'launch' && isOfUse(earlier, pod, observed) ? earlier.id : undefined;
  }
}

/** A repetition, a replacement and a consolidation are bought for other reasons. */
function isForPods({ attempt, replaces, consolidates }: LaunchOperation): boolean {
  return attempt === 1 && replaces === undefined && consolidates === undefined;
}

/** Whether the earlier launch still is the pod's: under way, or a node on which nobody took the pod's place. */
function isOfUse(earlier: LaunchOperation, pod: Pod, observed: ObservedWorld): boolean {
  if (earlier.step === 'intended' || earlier.step === 'launched') return true;
  if (earlier.step !== 'ready') return false;
  const node = observed.cluster.nodes.find(({ instanceId }) => instanceId === earlier.instanceId);
  if (node?.isReady !== true || node.isUnschedulable) return false;
  // The scheduler may not have looked at it when the launch was decided.
  if (observed.nowMs - (node.readyChangedAtMs ?? observed.nowMs) < MINUTE_MS) return false;
  if (observed.instances.some(({ id }) => id === earlier.instanceId && observed.isNoticed(id))) return false;
  const on = observed.cluster.pods.filter((one) => one.nodeName === node.name && occupiesNode(one));
  const sum = (pods: readonly Pod[]) =>
    pods.reduce<Resources>((left, { requests }) => subtractResources(left, requests), node.allocatable);
  const empty = sum(on.filter(({ owner }) => owner?.kind === 'DaemonSet'));
  return fitsInto(pod.requests, sum(on)) || !fitsInto(pod.requests, empty);
}
