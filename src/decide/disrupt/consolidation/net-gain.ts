import type { Policy } from '../../../policy/policy-schema.ts';
import type { DecisionContext } from '../../state/decision-context.ts';

const SECONDS_PER_HOUR = 3_600;

/** What is given up and what is bought for it, USD per hour, and how many pods move. */
export interface Trade {
  readonly oldUsd: number;
  readonly newUsd: number;
  readonly moves: number;
}

/** What a trade gains over the policy's horizon, in USD: `saving × horizon − moves × podMoveUsd − new cost × join time`. */
export function worthUsd({ oldUsd, newUsd, moves }: Trade, { consolidation, launch }: Policy): number {
  const { horizonHours, podMoveUsd } = consolidation;
  const overlapUsd = (newUsd * launch.joinTimeoutSeconds) / SECONDS_PER_HOUR;
  return (oldUsd - newUsd) * horizonHours - moves * podMoveUsd - overlapUsd;
}

/** True in the rounds of one interval out of every `everyMs`: a matter of the time alone, since deciding remembers nothing. */
export function isEvaluationDue({ nowMs, policy }: DecisionContext, everyMs: number): boolean {
  return nowMs % everyMs < policy.loop.intervalSeconds * 1_000;
}
