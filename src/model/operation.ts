import type { Instance } from './instance.ts';
import type { LaunchIntent, RemovalIntent, WarmInstance } from './intent.ts';
import type { OfferingKey } from './offering.ts';
import type { CloudFault } from './outcome.ts';
import type { PolicyIdentity } from './policy-identity.ts';
import type { Reason } from './reason.ts';
import type { Resources } from './resources.ts';

/** What is common to every operation: written to the ledger before its first call to the world. */
interface OperationBase {
  readonly id: string;
  readonly decisionId: string;
  readonly policy: PolicyIdentity;
  readonly reasons: readonly Reason[];
  readonly createdAtMs: number;
  /** When it must have succeeded; past it the operation undoes itself. */
  readonly deadlineMs: number;
  /** Set with the final step. */
  readonly endedAtMs?: number;
  /** Why it ended as it did; set where the end is not plain success. */
  readonly outcome?: Reason;
}

/**
 * A fault that a launch met, kept with its time: unavailable offerings and launch pauses are derived from the faults in the
 * ledger.
 */
export interface LaunchFault extends CloudFault {
  readonly atMs: number;
}

/**
 * One instance from intent to ready node: `intended → launched → ready`, or `undoing → failed` once what it had is
 * terminated. A launch that got no instance goes from `intended` to `failed`. One for the warm pool:
 * `intended → launched → stopping → pooled`.
 */
export interface LaunchOperation extends OperationBase, LaunchIntent {
  readonly kind: 'launch';
  readonly step: 'intended' | 'launched' | 'stopping' | 'undoing' | 'ready' | 'pooled' | 'failed';
  /** Counts definite failures; part of the ClientToken, so that a retry is a new call and a repetition is not. */
  readonly attempt: number;
  /** The instance that it made, or starts. */
  readonly instanceId?: string;
  readonly launchedAtMs?: number;
  /** What was bought: of the offerings, the one that the cloud gave. */
  readonly offering?: OfferingKey;
  /** What its node offers to pods, as it was when it was admitted. */
  readonly allocatable?: Resources;
  /** Faults met so far, the oldest first. */
  readonly faults: readonly LaunchFault[];
  /** When the next call is worth making, after a transient fault. */
  readonly retryAtMs?: number;
}

/** One node from cordon to gone: `intended → draining → terminating → removed`, or `aborting → aborted` (uncordoned). */
export interface RemoveOperation extends OperationBase, RemovalIntent {
  readonly kind: 'remove';
  readonly step: 'intended' | 'draining' | 'terminating' | 'aborting' | 'removed' | 'aborted';
}

export type Operation = LaunchOperation | RemoveOperation;

/** Code of the outcome of a launch that was given up because the policy no longer allows it: nothing is wrong with it. */
export const CANCELLED = 'called-off';

/** Whether the operation has reached a final step. */
export function hasEnded(operation: Operation): boolean {
  switch (operation.step) {
    case 'ready':
    case 'pooled':
    case 'failed':
    case 'removed':
    case 'aborted':
      return true;
    default:
      return false;
  }
}

/** Whether the launch counts as capacity that will come: intended, or launched and not yet a ready node, and not for the warm pool. */
export function isInFlight(operation: Operation): operation is LaunchOperation {
  if (operation.kind !== 'launch' || operation.forPool === true) return false;
  return operation.step === 'intended' || operation.step === 'launched';
}

/** Whether the operation is about to put a machine into the warm pool. */
export function isFilling(operation: Operation): operation is LaunchOperation {
  if (operation.kind !== 'launch' || operation.forPool !== true) return false;
  return operation.step !== 'undoing' && !hasEnded(operation);
}

/** The instance that the launch is about to start, as long as it has not been refused. */
export function startedBy({ starts, attempt }: LaunchOperation): WarmInstance | undefined {
  return attempt === 1 ? starts : undefined;
}

/** The instance that a launch operation made, if EC2 shows it. */
export function instanceOf(operation: LaunchOperation, instances: readonly Instance[]): Instance | undefined {
  return instances.find((i) => i.id === operation.instanceId || i.operationId === operation.id);
}
