import type { Pod } from '../../model/pod.ts';
import type { Workload } from './workload.ts';

const REVISION_LABEL = 'pod-template-hash';
const DEFAULT_PERCENT = 25;

/** What a Deployment's controller does next to bring its pods to the present template. */
export interface RolloutStep {
  readonly create: number;
  readonly remove: readonly Pod[];
}

/** The labels of a pod made from the workload's present template. */
export function revisionLabels({ revision = 0 }: Workload): Readonly<Record<string, string>> {
  return revision === 0 ? {} : { [REVISION_LABEL]: `r${revision}` };
}

/** Whether the pod was made from an earlier template of its workload. */
export function isOutdated(pod: Pod, workload: Workload): boolean {
  return pod.labels[REVISION_LABEL] !== revisionLabels(workload)[REVISION_LABEL];
}

/**
 * The next step of a rolling update, as Kubernetes' Deployment controller takes it: never more than replicas and surge, never fewer
 * available than replicas less what may be unavailable; old pods that do not run go first. `active` are pods that count.
 */
export function rolloutStep(workload: Workload, active: readonly Pod[]): RolloutStep {
  const { replicas, rollout = {} } = workload;
  const surge = Math.ceil((replicas * (rollout.surgePercent ?? DEFAULT_PERCENT)) / 100);
  const mayLack = Math.floor((replicas * (rollout.unavailablePercent ?? DEFAULT_PERCENT)) / 100);
  const old = active.filter((pod) => isOutdated(pod, workload));
  const updated = active.filter((pod) => !isOutdated(pod, workload));
  const create = Math.max(
    0,
    Math.min(replicas - updated.length, replicas + Math.max(surge, mayLack === 0 ? 1 : 0) - active.length),
  );
  const least = replicas - mayLack;
  const notYet = updated.filter((pod) => !isAvailable(pod)).length;
  const mayGo = Math.max(0, active.length - least - notYet);
  const broken = old.filter((pod) => !isAvailable(pod)).slice(0, mayGo);
  const spare = active.filter(isAvailable).length - least;
  const running = old.filter(isAvailable).slice(0, Math.max(0, Math.min(spare, mayGo - broken.length)));
  return { create, remove: [...broken, ...running] };
}

function isAvailable(pod: Pod): boolean {
  return pod.phase === 'Running';
}
