/** One figure, beside the peer's where there is one. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly ratioTo?: string;
  /** Ours divided by the peer's. */
  readonly ratio?: number;
}

/** A group of benches that run one after the other; `wanted` says which names were asked for. */
export type BenchSuite = (wanted: (name: string) => boolean) => Promise<readonly BenchResult[]>;
