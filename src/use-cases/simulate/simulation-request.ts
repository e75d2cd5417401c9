/** Which simulated worlds are asked for. */
export interface SimulationRequest {
  readonly hours: number;
  /** `none`, `all`, or names with commas between. */
  readonly faults: string;
  /** File of the policy to obey. @default the shipped one */
  readonly policy?: string;
  /** File of the load. @default the shipped one */
  readonly trace?: string;
  /** Story file that is played in place of the sample shop; it brings its own load. */
  readonly story?: string;
  /** Names of the details that the worlds do without, with commas between, or `all`. @default none */
  readonly without?: string;
  /** Numbers of the invariants to judge by, with commas between, or `all`. @default those that every run is judged by */
  readonly judge?: string;
  /** Names of the fault injections that may happen, with commas between; all of them when left out. */
  readonly injections?: string;
}
