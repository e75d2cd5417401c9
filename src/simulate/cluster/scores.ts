import type { Node } from '../../model/node.ts';
import type { Pod } from '../../model/pod.ts';
import { selects } from '../../model/selector.ts';
import type { ClusterState } from './cluster-state.ts';

/** The default weights of kube-scheduler's plugins. */
const BALANCED_WEIGHT = 1;
const SPREAD_WEIGHT = 2;
/** Scores of a plugin reach from 0 to this. */
const MAX_SCORE = 100;

/** NodeResourcesBalancedAllocation: best where CPU and memory are used to the same share, 0..100. */
export function balancedScore(pod: Pod, node: Node, state: ClusterState): number {
  const free = state.freeOn(node);
  const share = (left: number, of: number) => 1 - left / of;
  const cpu = share(free.cpuMillis - pod.requests.cpuMillis, node.allocatable.cpuMillis);
  const memory = share(free.memoryMiB - pod.requests.memoryMiB, node.allocatable.memoryMiB);
  return BALANCED_WEIGHT * MAX_SCORE * (1 - Math.abs(cpu - memory) / 2);
}

/** PodTopologySpread for soft constraints: best in the domain with the fewest pods of its kind, 0..200, by node name. */
export function spreadScores(
  pod: Pod,
  nodes: readonly Node[],
  state: ClusterState,
): ReadonlyMap<string, number> {
  const soft = pod.topologySpread.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway');
  const scores = new Map<string, number>();
  if (soft.length === 0 || nodes.length < 2) return scores;
  const crowds = soft.map(({ topologyKey, selector }) => {
    const crowd = new Map<string, number>();
    for (const node of nodes) {
      const domain = node.labels[topologyKey] ?? '';
      const here = state
        .podsOn(node.name)
        .filter((one) => one.deletionRequestedAtMs === undefined && selects(selector, one.labels)).length;
      crowd.set(domain, (crowd.get(domain) ?? 0) + here);
    }
    return { topologyKey, crowd };
  });
  const costs = nodes.map((node) =>
    crowds.reduce((sum, { topologyKey, crowd }) => sum + (crowd.get(node.labels[topologyKey] ?? '') ?? 0), 0),
  );
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  for (const [i, node] of nodes.entries()) {
    const share = most === 0 ? 1 : (most + least - (costs[i] ?? 0)) / most;
    scores.set(node.name, SPREAD_WEIGHT * MAX_SCORE * share);
  }
  return scores;
}
