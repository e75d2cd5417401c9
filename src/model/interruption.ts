import type { InstanceState } from './instance.ts';

/** What AWS says of an instance before, or when, it takes it away (facts: EC2 45-47). */
export type InterruptionKind =
  /** A spot instance is taken back, two minutes after `atMs`. */
  | 'spot-warning'
  /** A spot instance is more likely than others to be taken back; no time is given. */
  | 'rebalance'
  /** The instance changed its state; acted upon when it stops or ends. */
  | 'state-change'
  /** AWS will reboot, stop or retire the machine, at `effectiveAtMs` where it says when. */
  | 'maintenance';

/** One announcement about one instance, whoever it belongs to. */
export interface Interruption {
  readonly kind: InterruptionKind;
  readonly instanceId: string;
  /** When AWS said it, on this process's clock: never in the future, never older than a queue keeps messages. */
  readonly atMs: number;
  /** When it happens, where that is known. */
  readonly effectiveAtMs?: number;
  /** The new state; with `state-change` only. */
  readonly state?: InstanceState;
}

/** The notice that EC2 gives before it takes a spot instance back. */
export const SPOT_NOTICE_MS = 120_000;
