import type { Instance } from '../../model/instance.ts';
import type { Operation } from '../../model/operation.ts';
import type { EvictionOutcome } from '../../model/outcome.ts';
import type { Pod } from '../../model/pod.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import type { ClusterView, LaunchRequest } from '../../ports.ts';
import type { DisturbedUntil } from './disturbances.ts';

/** Times are the world's own, in milliseconds since it began: clocks of processes may be wrong. */
export interface ReportedDecision {
  readonly digest: string;
  readonly atMs: number;
}

export interface EndedOperation {
  readonly operation: Operation;
  readonly atMs: number;
}

/** All that an invariant may look at. */
export interface ObservedWorld {
  /** Wall-clock time. */
  readonly nowMs: number;
  /** Since the world began. */
  readonly elapsedMs: number;
  /** Until when the world was disturbed last. */
  readonly disturbedUntil: DisturbedUntil;
  /** CPU that the users ask for, in millicores. */
  readonly demandMillis: number;
  /** How far the clocks of the processes are off. */
  readonly skewMs: number;
  /** Whether EC2 or the API server does not answer as it should. */
  readonly isFaulty: boolean;
  readonly policy: Policy;
  readonly cluster: ClusterView;
  readonly instances: readonly Instance[];
  operation(id: string): Operation | undefined;
  unended(): readonly Operation[];
  /** A decision as it was reported; `undefined` for one that nobody reported. */
  decision(id: string): ReportedDecision | undefined;
  /** Operations that have ended, with the world's own time of it. */
  ended(): readonly EndedOperation[];
  /** How long the load had been unknown at a time of the world, in milliseconds. */
  unknownLoadMs(atMs: number): number;
  /** The workers' mean CPU load at a time of the world, 0..100; `undefined` when nobody measured it. */
  cpuPercentAt(atMs: number): number | undefined;
  /** When the clocks of the processes were last set, by the world's own time. */
  readonly skewedAtMs: number;
  /** Whether the process that writes holds the lease. */
  isLeader(): boolean;
  /** A policy that was in force, by its digest. */
  policyOf(digest: string): Policy | undefined;
  /** Whether EC2 has announced that it takes the instance back. */
  isNoticed(instanceId: string): boolean;
}

/** One call of the controller that changes the world, before it takes effect, or after it where `outcome` says so. */
export type WorldWrite =
  | { readonly kind: 'launch'; readonly request: LaunchRequest }
  | { readonly kind: 'launched'; readonly instance: Instance; readonly request: LaunchRequest }
  | { readonly kind: 'terminate'; readonly instance: Instance }
  | { readonly kind: 'start'; readonly instanceId: string }
  | { readonly kind: 'started'; readonly instanceId: string }
  | { readonly kind: 'stop'; readonly instance: Instance }
  | { readonly kind: 'evict'; readonly pod: Pod }
  | { readonly kind: 'evicted'; readonly pod: Pod; readonly outcome: EvictionOutcome }
  | { readonly kind: 'cordon'; readonly nodeName: string; readonly operationId: string }
  | { readonly kind: 'uncordon'; readonly nodeName: string }
  | { readonly kind: 'delete-node'; readonly nodeName: string }
  | { readonly kind: 'admit-node'; readonly nodeName: string };
