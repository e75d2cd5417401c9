import type { Pod } from '../../model/pod.ts';
import type { Bin } from './bin.ts';
import type { Board } from './board.ts';
import { hasOwnTopology, misfit } from './fits.ts';
import type { PodGroup } from './groups.ts';

/** Adds a bin to the board that fits the first of these equal pods, or says that none can. */
export type OpenBin = (waiting: readonly Pod[]) => Bin | undefined;

export interface Packing {
  /** In the order in which they were placed. */
  readonly placed: readonly { readonly pod: Pod; readonly bin: Bin }[];
  readonly unplaced: readonly Pod[];
}

/**
 * First-fit by groups: each group goes into the bins in their order, then into bins that `open` adds. Groups are
 * expected largest first. Cost is about groups × bins, and pods × bins for groups with topology rules.
 */
export function firstFit(
  board: Board,
  groups: readonly PodGroup[],
  open: OpenBin = () => undefined,
): Packing {
  const placed: { pod: Pod; bin: Bin }[] = [];
  const unplaced: Pod[] = [];
  for (const group of groups) {
    const isPlain = !hasOwnTopology(group.sample) && !board.topology.hasHolders;
    const place = isPlain ? scanOnce(board) : scanPerPod(board);
    let isHopeless = false;
    group.pods.forEach((pod, index) => {
      const bin = isHopeless ? undefined : (place(pod) ?? open(group.pods.slice(index)));
      if (bin === undefined) {
        isHopeless = isPlain;
        unplaced.push(pod);
      } else {
        board.place(pod, bin);
        placed.push({ pod, bin });
      }
    });
  }
  return { placed, unplaced };
}

/** Equal pods without topology rules: a bin that refused one refuses all that follow, so none is asked twice. */
function scanOnce(board: Board): (pod: Pod) => Bin | undefined {
  let next = 0;
  return (pod) => {
    for (; next < board.bins.length; next += 1) {
      const bin = board.bins[next];
      if (bin !== undefined && misfit(pod, bin, board) === undefined) return bin;
    }
    return undefined;
  };
}

/** Under topology rules a bin that refused may fit later, once other domains have filled. */
function scanPerPod(board: Board): (pod: Pod) => Bin | undefined {
  return (pod) => board.bins.find((bin) => misfit(pod, bin, board) === undefined);
}
