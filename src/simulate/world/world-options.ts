import type { PolicyDocument } from '../../model/policy-document.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import type { Reporter } from '../../ports.ts';
import type { WorldDetails } from '../base/world-details.ts';
import type { LoadTrace } from '../load/load-trace.ts';
import type { WorldWorkloads } from './sample-workloads.ts';

/** What a world is made from. */
export interface WorldOptions {
  readonly seed: number;
  readonly trace: LoadTrace;
  readonly policyDocument: PolicyDocument;
  /** What the invariants judge by; until a controller accepts another. */
  readonly policy: Policy;
  /** Wall-clock time at which the world begins. @default Monday 2026-01-05T00:00Z */
  readonly startMs?: number;
  /** How many t3.small the trace's peak needs. @default 8 */
  readonly peakNodes?: number;
  /** Where in the trace the world begins. @default 0 */
  readonly traceOffsetMs?: number;
  /** What runs in the cluster. @default the sample shop */
  readonly workloads?: WorldWorkloads;
  /** What the world is like beyond the plain one. @default no details */
  readonly details?: WorldDetails;
  /** By their numbers, the invariants that are judged. @default JUDGED */
  readonly judged?: ReadonlySet<number>;
  /** Gets a copy of all that is reported. */
  readonly reporter?: Reporter;
}
