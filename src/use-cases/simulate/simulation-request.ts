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
  /** Names of the fault injections that may happen, with commas between; all of them when left out. */
  readonly injections?: string;
}
