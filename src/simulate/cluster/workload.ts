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
}

/** A Deployment, StatefulSet or DaemonSet as its owner wrote it; `replicas` means nothing for a DaemonSet. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  /** How its owner allows a single replica to be moved. */
  readonly move?: 'evict' | 'surge';
  readonly template: PodTemplate;
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
