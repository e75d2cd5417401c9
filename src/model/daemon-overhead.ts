import { type Pod, selectsNode } from './pod.ts';
import type { Labels } from './selector.ts';
import { type Taint, untoleratedTaint } from './taint.ts';

/** What a DaemonSet takes of each node that it runs on: the one pod that it will have there. */
export interface DaemonOverhead extends Pick<
  Pod,
  'namespace' | 'labels' | 'requests' | 'hostPorts' | 'nodeSelector' | 'nodeAffinityTerms' | 'tolerations'
> {
  /** `namespace/name` of the DaemonSet. */
  readonly name: string;
}

/** The DaemonSets that will have a pod on a node with these labels and taints. */
export function daemonsOn<D extends DaemonOverhead>(
  daemons: readonly D[],
  node: { readonly labels: Labels; readonly taints: readonly Taint[] },
): readonly D[] {
  return daemons.filter(
    (daemon) =>
      selectsNode(daemon, node.labels) && untoleratedTaint(daemon.tolerations, node.taints) === undefined,
  );
}
