import { type Pod, picksPod, selectsNode, type TopologySpread } from '../../model/pod.ts';
import { fitsInto } from '../../model/resources.ts';
import { selects } from '../../model/selector.ts';
import { untoleratedTaint } from '../../model/taint.ts';
import type { Bin } from './bin.ts';
import type { Board } from './board.ts';

/** The first thing that keeps a pod out of a bin. */
export type Misfit =
  | 'closed'
  | 'resources'
  | 'node-selector'
  | 'taint'
  | 'volume'
  | 'host-port'
  | 'anti-affinity'
  | 'affinity'
  | 'spread';

/**
 * What keeps the pod out of the bin as the scheduler would judge it now, or `undefined` when it fits. The cheap and
 * frequent answer, resources, comes first; topology last.
 */
export function misfit(pod: Pod, bin: Bin, board: Board): Misfit | undefined {
  if (!bin.isOpen) return 'closed';
  return staticMisfit(pod, bin) ?? (hasTopology(pod, board) ? topologyMisfit(pod, bin, board) : undefined);
}

/** The same without regard to other pods' places: what no waiting and no other order of placing would change. */
export function staticMisfit(pod: Pod, bin: Bin): Misfit | undefined {
  if (!fitsInto(pod.requests, bin.free)) return 'resources';
  if (!selectsNode(pod, bin.labels)) return 'node-selector';
  if (untoleratedTaint(pod.tolerations, bin.taints) !== undefined) return 'taint';
  if (!matchesVolumes(pod, bin)) return 'volume';
  return pod.hostPorts.some((port) => bin.hostPorts.has(port)) ? 'host-port' : undefined;
}

/** Whether other pods' places can matter to where the pod may go. */
export function hasOwnTopology(pod: Pod): boolean {
  return pod.podAffinity.length + pod.podAntiAffinity.length + pod.topologySpread.length > 0;
}

function hasTopology(pod: Pod, board: Board): boolean {
  return hasOwnTopology(pod) || board.topology.hasHolders;
}

function matchesVolumes(pod: Pod, bin: Bin): boolean {
  return pod.volumeNodes.every((places) => places.some((place) => selects(place, bin.labels)));
}

function topologyMisfit(pod: Pod, bin: Bin, board: Board): Misfit | undefined {
  if (!respectsAntiAffinity(pod, bin, board)) return 'anti-affinity';
  if (!respectsAffinity(pod, bin, board)) return 'affinity';
  const enforced = pod.topologySpread.filter((spread) => spread.whenUnsatisfiable === 'DoNotSchedule');
  return enforced.every((spread) => respectsSpread({ pod, bin, board, spread })) ? undefined : 'spread';
}

function respectsAntiAffinity(pod: Pod, bin: Bin, board: Board): boolean {
  if (board.topology.isRefusedByNeighbours(pod, bin)) return false;
  return pod.podAntiAffinity.every((term) => {
    const domain = bin.labels[term.topologyKey];
    if (domain === undefined) return true;
    return (board.topology.counts(term, { livingOnly: false }).byDomain.get(domain) ?? 0) === 0;
  });
}

/** The first pod of a set that wants to be near itself may go anywhere, or none could ever start. */
function respectsAffinity(pod: Pod, bin: Bin, board: Board): boolean {
  return pod.podAffinity.every((term) => {
    const domain = bin.labels[term.topologyKey];
    if (domain === undefined) return false;
    const counts = board.topology.counts(term, { livingOnly: false });
    if ((counts.byDomain.get(domain) ?? 0) > 0) return true;
    return counts.total === 0 && picksPod(term, pod);
  });
}

interface SpreadCheck {
  readonly pod: Pod;
  readonly bin: Bin;
  readonly board: Board;
  readonly spread: TopologySpread;
}

/** Domains are those of nodes that the pod's own node selection admits, as the scheduler counts by default. */
function respectsSpread({ pod, bin, board, spread }: SpreadCheck): boolean {
  const domain = bin.labels[spread.topologyKey];
  if (domain === undefined) return false;
  const term = { ...spread, namespaces: [pod.namespace] };
  const { byDomain } = board.topology.counts(term, { livingOnly: true });
  const own = picksPod(term, pod) ? 1 : 0;
  const here = byDomain.get(domain) ?? 0;
  let fewest = here;
  for (const other of board.bins) {
    const otherDomain = other.labels[spread.topologyKey];
    if (otherDomain === undefined || otherDomain === domain || !selectsNode(pod, other.labels)) continue;
    fewest = Math.min(fewest, byDomain.get(otherDomain) ?? 0);
    if (here + own - fewest > spread.maxSkew) return false;
  }
  return here + own - fewest <= spread.maxSkew;
}
