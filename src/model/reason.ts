import type { ReasonCode } from './reason-codes.ts';

/**
 * Why something was or was not done: a stable code for machines, a sentence with its numbers for people, and the
 * numbers again as facts.
 */
export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
}

/** Code of a removal that only cleans up: its instance ended by itself, by an interruption or manually. */
export const INSTANCE_GONE = 'instance-gone';

/** Codes of the notice that the source has no policy: while none is in force, and while the last good one is. */
export const NO_POLICY = 'no-policy';
export const POLICY_MISSING = 'policy-vanished';
