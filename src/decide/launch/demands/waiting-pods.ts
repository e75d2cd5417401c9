import { memoizeByIdentity } from '../../../model/memoize-by-identity.ts';
import { unboundPods } from '../../../model/pod-lists.ts';
import type { Pod } from '../../../model/pod.ts';

/** Pods that the scheduler says it cannot place and that a node could help, by whether they are old enough to count. */
export interface WaitingPods {
  readonly counting: readonly Pod[];
  /** When the next of the younger ones counts. */
  readonly nextAtMs: number | undefined;
}

/** Picks the unschedulable pods (R4): not those that pull images, run on every node anyway, or are being deleted. */
export function waitingPods(pods: readonly Pod[], minAgeSeconds: number, nowMs: number): WaitingPods {
  const counting: Pod[] = [];
  let nextAtMs: number | undefined;
  for (const pod of candidatesIn(pods)) {
    const countsAtMs = countsFromMs(pod, minAgeSeconds, nowMs);
    if (countsAtMs <= nowMs) counting.push(pod);
    else nextAtMs = Math.min(nextAtMs ?? countsAtMs, countsAtMs);
  }
  return { counting, nextAtMs };
}

/** From when the pod counts. A stamp in the future comes from a clock that was set back: such a pod waited long enough. */
export function countsFromMs(pod: Pod, minAgeSeconds: number, nowMs: number): number {
  const sinceMs = pod.unschedulableSinceMs ?? nowMs;
  return sinceMs > nowMs ? 0 : sinceMs + minAgeSeconds * 1000;
}

const candidatesIn = memoizeByIdentity((pods: readonly Pod[]) =>
  unboundPods(pods).filter((pod) => pod.unschedulableSinceMs !== undefined && isCandidate(pod)),
);

function isCandidate(pod: Pod): boolean {
  if (pod.phase !== 'Pending' || pod.deletionRequestedAtMs !== undefined) return false;
  return !pod.isMirror && pod.owner?.kind !== 'DaemonSet';
}
