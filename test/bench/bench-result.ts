/** One figure, beside the peer's where there is one. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly ratioTo?: string;
  /** Ours divided by the peer's. */
  readonly ratio?: number;
}

/** How benches are run that can be run in more than one way. */
export interface BenchOptions {
  /** Sizes to measure at; `undefined`: those of the documentation. */
  readonly sizes?: readonly number[];
  /** Another checkout whose code is measured in the place of this one's. */
  readonly tree?: string;
  /** Of `days`: trace and story files to live through, in the place of the shipped ones, and how many days of a trace. */
  readonly traces?: readonly string[];
  readonly stories?: readonly string[];
  readonly days?: number;
  /** A folder for a CPU profile of each process. */
  readonly profile?: string;
}

/** A group of benches that run one after the other; `wanted` says which names were asked for. */
export type BenchSuite = (
  wanted: (name: string) => boolean,
  options: BenchOptions,
) => Promise<readonly BenchResult[]>;
