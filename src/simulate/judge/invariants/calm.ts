import { type Pod, podRef } from '../../../model/pod.ts';
import type { FleetHistory } from '../fleet-history.ts';
import type { ObservedWorld, WorldWrite } from '../observed-world.ts';
import { violationOfNoRetry } from './steady-state.ts';

const MINUTE_MS = 60_000;
/** How long a fleet may take to come to rest once nothing changes any more. */
const SETTLES_WITHIN_MS = 60 * MINUTE_MS;
/** How many pods of a workload may be evicted of our own doing within a minute. */
const MAX_EVICTIONS_A_MINUTE = 1;

/** Where users and pods have asked for the same for an hour, and nothing disturbed the fleet, nothing is launched or drained. */
export function violationOfConstancy(
  write: WorldWrite,
  observed: ObservedWorld,
  history: FleetHistory,
): string | undefined {
  if (write.kind !== 'launch' && write.kind !== 'start' && write.kind !== 'cordon') return undefined;
  const { anyMs, joinsMs } = observed.disturbedUntil;
  const constantMs = Math.min(
    history.constantForMs(observed),
    observed.elapsedMs - Math.max(0, anyMs, joinsMs),
  );
  if (constantMs <= SETTLES_WITHIN_MS || violationOfNoRetry(write, observed)) return undefined;
  const what = write.kind === 'cordon' ? `cordon of ${write.nodeName}` : write.kind;
  return `a ${what}, though nothing has changed for ${Math.round(constantMs / MINUTE_MS)} min`;
}

/** When pods of each workload were evicted of our own doing. */
export class EvictionPace {
  readonly #lastMs = new Map<string, number[]>();

  violation(write: WorldWrite, observed: ObservedWorld): string | undefined {
    if (write.kind !== 'evicted' || write.outcome.status !== 'evicted') return undefined;
    const { pod } = write;
    if (pod.owner === undefined || isForced(pod, observed)) return undefined;
    const { uid, name } = pod.owner;
    const within = (this.#lastMs.get(uid) ?? []).filter((atMs) => observed.elapsedMs - atMs < MINUTE_MS);
    within.push(observed.elapsedMs);
    this.#lastMs.set(uid, within);
    return within.length <= MAX_EVICTIONS_A_MINUTE
      ? undefined
      : `${podRef(pod)} is evicted, the ${ordinal(within.length)} of ${name} within a minute`;
  }
}

/** EC2 takes the machine back, or its node is dead: the pods have to go. */
function isForced({ nodeName }: Pod, observed: ObservedWorld): boolean {
  const node = observed.cluster.nodes.find(({ name }) => name === nodeName);
  return node?.isReady !== true || (node.instanceId !== undefined && observed.isNoticed(node.instanceId));
}

function ordinal(n: number): string {
  return n === 2 ? 'second' : `${n}th`;
}
