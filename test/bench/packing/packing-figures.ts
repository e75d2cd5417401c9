/** What packing one workload took and what came out. */
export interface PackingFigures {
  readonly pods: number;
  readonly wallSeconds: number;
  /** Of all threads: the garbage collector and the compiler run beside. */
  readonly cpuSeconds: number;
  readonly nodes: number;
  readonly unplaced: number;
  readonly usdPerHour: number;
  readonly boundUsdPerHour: number;
  /** What the independent checker has against the answer. */
  readonly faults: readonly string[];
}
