import type { Plan } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import { headline } from './headline.ts';
import type { DecisionRow } from './page-view.ts';

/** A decision in the words of the page: a headline of what is done, then reasons and refusals. */
export function decisionRow(plan: Plan): DecisionRow {
  const fromDemands = plan.demands.flatMap((demand) => demand.reasons);
  const reasons = plan.actions.length > 0 ? plan.actions.flatMap((action) => action.reasons) : fromDemands;
  return {
    id: plan.decisionId,
    atMs: plan.decidedAtMs,
    headline: headline(plan),
    reasons: texts(reasons),
    refusals: texts(plan.refusals.map((refusal) => refusal.reason)),
    policyDigest: plan.policy.digest,
    policyRevision: plan.policy.revision ?? null,
    rounds: 1,
  };
}

/** Whether two decisions say the same, so that the page shows one line with a count: numbers in reasons may differ. */
export function isSameDecision(a: DecisionRow, b: DecisionRow): boolean {
  return (
    a.headline === b.headline &&
    a.policyDigest === b.policyDigest &&
    withoutNumbers(a.refusals) === withoutNumbers(b.refusals)
  );
}

function texts(reasons: readonly Reason[]): readonly string[] {
  return [...new Set(reasons.map((reason) => reason.text))];
}

function withoutNumbers(lines: readonly string[]): string {
  return lines.join('\n').replaceAll(/\d+([.,]\d+)?/g, '#');
}
