import type { Pod } from '../../model/pod.ts';
import type { Resources } from '../../model/resources.ts';
import type { LabelSelector, Labels } from '../../model/selector.ts';

/** What each pod of a workload is like. */
export interface PodTemplate extends Partial<
  Pick<
    Pod,
    | 'tolerations'
    | 'nodeSelector'
    | 'podAffinity'
    | 'podAntiAffinity'
    | 'topologySpread'
    | 'hostPorts'
    | 'priority'
    | 'hasLocalVolume'
    | 'disruption'
    | 'graceSeconds'
  >
> {
  readonly labels: Labels;
  readonly requests: Resources;
  /** How long the pod really takes to stop once asked; cut at its grace period. @default 3 */
  readonly stopSeconds?: number;
  /** How long the pod takes from its binding to Running. @default 4 */
  readonly startSeconds?: number;
  /** How long a Job's pod runs until its work is done. @default 60 */
  readonly runSeconds?: number;
}

/** How a Deployment's pods are replaced when its template changes, in percent of its replicas. */
export interface RolloutStrategy {
  /** Rounded up, as Kubernetes does. @default 25 */
  readonly surgePercent?: number;
  /** Rounded down. @default 25 */
  readonly unavailablePercent?: number;
}

/**
 * A workload as its owner wrote it. `replicas` means nothing for a DaemonSet; for a Job it is how many pods have to succeed, all at
 * once.
 */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job';
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  /** How its owner allows a single replica to be moved. */
  readonly move?: 'evict' | 'surge';
  readonly template: PodTemplate;
  /** Which template of a Deployment this is; with another one its pods are replaced. @default 0 */
  readonly revision?: number;
  readonly rollout?: RolloutStrategy;
}

/** A PodDisruptionBudget as its owner wrote it: exactly one of the two limits. */
export interface BudgetSpec {
  readonly namespace: string;
  readonly name: string;
  readonly selector: LabelSelector;
  readonly limit: { readonly minAvailable: number } | { readonly maxUnavailable: number };
}

/** The uid that a workload has in this world. */
export function workloadUid(workload: Pick<Workload, 'kind' | 'namespace' | 'name'>): string {
  return `uid-${workload.kind}-${workload.namespace}-${workload.name}`.toLowerCase();
}
