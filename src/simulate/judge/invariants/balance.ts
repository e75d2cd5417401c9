import type { Instance } from '../../../model/instance.ts';
import { needsEviction, type Pod } from '../../../model/pod.ts';
import { type Resources, subtractResources } from '../../../model/resources.ts';
import type { Policy } from '../../../policy/policy-schema.ts';
import { stayingWorkers } from '../fleet-history.ts';
import type { ObservedWorld } from '../observed-world.ts';
import { workerPods } from '../worker-load.ts';
import { isPinned } from './pod-safety.ts';
import { nodeOf } from './serving.ts';

const MINUTE_MS = 60_000;
/** Below this, zones cannot but differ. */
const MIN_WORKERS = 4;
const MAX_ZONE_SKEW = 2;
const MIN_BALANCED_PERCENT = 90;
/** What disturbed the fleet is made good within this time. */
const AFTERMATH_MS = 60 * MINUTE_MS;
/** A share of so few minutes says nothing. */
const MIN_JUDGED_MINUTES = 120;

/** Counts the minutes in which zones differ by more than two, of those with four workers or more and an hour after any disturbance. */
export class ZoneBalance {
  #judged = 0;
  #skewed = 0;

  /** To be called once a minute; what is wrong shows at the end of the run. */
  sample(observed: ObservedWorld): undefined {
    const { fleetMs, joinsMs } = observed.disturbedUntil;
    if (observed.policy.suspend || observed.elapsedMs < Math.max(0, fleetMs, joinsMs) + AFTERMATH_MS) return;
    const workers = stayingWorkers(observed);
    if (workers.length < MIN_WORKERS || observed.policy.instances.zones.length < 2) return;
    this.#judged += 1;
    if (zoneSkew(workers, observed.policy) > MAX_ZONE_SKEW) this.#skewed += 1;
  }

  violation(): string | undefined {
    const percent = 100 - (100 * this.#skewed) / Math.max(1, this.#judged);
    if (this.#judged < MIN_JUDGED_MINUTES || percent >= MIN_BALANCED_PERCENT) return undefined;
    return `zones differ by more than ${MAX_ZONE_SKEW} workers in ${this.#skewed} of ${this.#judged} minutes without a disturbance`;
  }
}

/** By how many workers the policy's zones differ. */
export function zoneSkew(workers: readonly Instance[], { instances }: Policy): number {
  const counts = instances.zones.map((zone) => workers.filter((one) => one.zone === zone).length);
  return Math.max(...counts) - Math.min(...counts);
}

/** After hours of calm: the spot share and the zones within one, and at most one worker more than the pods and the bill want. */
export function violationOfCalmFleet(observed: ObservedWorld): string | undefined {
  const { policy } = observed;
  const workers = stayingWorkers(observed);
  // What cannot be bought for the pods that are there is a matter of invariant 17.
  if (workers.length >= policy.nodes.max || policy.suspend) return undefined;
  const onDemand = workers.filter(({ lifecycle }) => lifecycle === 'on-demand').length;
  const wanted = onDemandWanted(workers.length, policy);
  if (Math.abs(onDemand - wanted) > 1)
    return `${onDemand} of ${workers.length} workers are on-demand, the policy asks for ${wanted}`;
  if (policy.instances.zones.length > 1 && workers.length >= MIN_WORKERS && zoneSkew(workers, policy) > 1)
    return `zones differ by ${zoneSkew(workers, policy)} workers`;
  const enough = workersEnough(workers, observed);
  return workers.length > enough + 1 ? `${workers.length} workers where ${enough} are enough` : undefined;
}

function onDemandWanted(workers: number, { spot }: Policy): number {
  const base = Math.min(workers, spot.onDemandBase);
  return base + Math.round(((workers - base) * (100 - spot.percent)) / 100);
}

/**
 * How many workers are enough: the bounds, what holds the pods by their requests (first fit), what keeps CPU below the growth threshold,
 * what pinned pods hold, and as many as still save more surplus CPU credits than they cost.
 */
function workersEnough(workers: readonly Instance[], observed: ObservedWorld): number {
  const { policy, cluster } = observed;
  const [node] = workers.flatMap((one) => nodeOf(one, observed) ?? []);
  if (node === undefined) return workers.length;
  const agents = cluster.pods.filter((pod) => pod.nodeName === node.name && pod.owner?.kind === 'DaemonSet');
  const room = agents.reduce((left, { requests }) => subtractResources(left, requests), node.allocatable);
  const usedMillis =
    ((observed.cpuPercentAt(observed.elapsedMs) ?? 100) / 100) * workers.length * node.allocatable.cpuMillis;
  const pinned = workers.filter((one) =>
    cluster.pods.some(
      (pod) => pod.nodeName === nodeOf(one, observed)?.name && needsEviction(pod) && isPinned(pod),
    ),
  );
  return Math.max(
    policy.nodes.min,
    policy.nodes.minPerZone * policy.instances.zones.length,
    firstFit(workerPods(cluster), room),
    Math.ceil((100 * usedMillis) / policy.utilization.cpu.upPercent / node.allocatable.cpuMillis),
    pinned.length,
    Math.ceil(usedMillis / BASELINE_MILLIS),
  );
}

/** A t3.small earns credits for this much CPU; beyond it a further spot worker is cheaper than the surplus (facts: EC2, credits). */
const BASELINE_MILLIS = 400;

function firstFit(pods: readonly Pod[], room: Resources): number {
  const bins: Resources[] = [];
  const largestFirst = [...pods].sort((a, b) => b.requests.memoryMiB - a.requests.memoryMiB);
  for (const { requests } of largestFirst) {
    const i = bins.findIndex(
      (bin) =>
        bin.cpuMillis >= requests.cpuMillis &&
        bin.memoryMiB >= requests.memoryMiB &&
        bin.pods >= requests.pods,
    );
    const bin = bins[i];
    if (bin === undefined) bins.push(subtractResources(room, requests));
    else bins[i] = subtractResources(bin, requests);
  }
  return bins.length;
}
