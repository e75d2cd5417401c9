import type { Pod } from '../../model/pod.ts';
import type { Batch } from './node-bin.ts';
import type { RankedBins } from './ranked-bins.ts';

/** Equal pods to be placed. */
export interface PodBatch {
  readonly batch: Batch;
  readonly pods: readonly Pod[];
  /** Affinity score of each topology class for these pods now, see `TopologyCounts.favour`. @default no preference */
  readonly affinityScoreOf?: (topologyClass: number) => number;
  /** Ranks of the nodes, all of them present ones, where none may be bought. @default the nodes are ranked here or looked at one by one */
  readonly ranks?: RankedBins;
}

export interface PlacerOptions {
  /** Penalty for unbalanced free CPU and memory, as a share of its value by shadow prices. 0: price alone decides. @default 0 */
  readonly evenness?: number;
  /**
   * Whether a new node is at once as large as is cheapest for each of the equal pods that wait, to be cut down once all pods
   * are placed; otherwise nodes begin small and grow with their load. @default false
   */
  readonly isBulk?: boolean;
  /** Whether nodes may be bought. @default true */
  readonly mayOpen?: boolean;
  /** Number of nodes of a topology class that are evaluated for one pod, round robin. @default all */
  readonly sampleSize?: number;
  /** Target share of new nodes by topology class, used among equal prices. @default as they come */
  readonly classShares?: Float64Array;
}
