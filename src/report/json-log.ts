import type { Logger } from 'pino';
import type { Importance, Severity } from '../events/importance.ts';
import { type AllEventHandlers, type EventOf, reporter } from '../events/reporter.ts';
import type { Operation } from '../model/operation.ts';
import type { Action, Plan } from '../model/plan.ts';
import type { PolicyDocument } from '../model/policy-document.ts';
import type { PolicyIdentity } from '../model/policy-identity.ts';
import type { Reason } from '../model/reason.ts';
import type { Reporter } from '../ports.ts';

const LEVELS = { info: 'info', warning: 'warn', error: 'error' } as const satisfies Record<Severity, string>;

/** Writes every report as one JSON line; each line names the policy that it follows from, where one is in force. */
export function jsonLog(logger: Logger): Reporter {
  const write = ({ severity }: Importance, line: object, text: string) =>
    logger[LEVELS[severity]](line, text);
  const handlers: AllEventHandlers = {
    decision: ({ plan, durationMs }, importance) =>
      write(importance, decisionLine(plan, durationMs), 'decision'),
    operation: ({ operation }, importance) =>
      write(importance, operationLine(operation), `${operation.kind} ${operation.step}`),
    'policy-accepted': ({ identity, document, bounds }, importance) =>
      write(importance, { ...policyLine(identity, document), ...bounds }, 'policy accepted'),
    'policy-restated': ({ identity, document }, importance) =>
      write(importance, policyLine(identity, document), 'policy restated: its meaning is the same'),
    'policy-rejected': ({ inForce, document, faults }, importance) =>
      write(
        importance,
        { ...policyLine(inForce, document), faults },
        `policy rejected: ${inForce === undefined ? 'there is none' : 'the last good one stays'} in force`,
      ),
    'interruption-queue': ({ outcome, interruption, nodeName }, importance) => {
      // What concerns others is only counted; faults are notices as well.
      if (outcome === 'announced') write(importance, { ...interruption, nodeName }, 'announced by AWS');
    },
    notice: (notice, importance) => write(importance, noticeLine(notice), notice.reason.text),
  };
  return reporter(handlers);
}

function decisionLine(plan: Plan, durationMs: number): object {
  return {
    decisionId: plan.decisionId,
    ...policyFields(plan.policy),
    currentNodes: plan.currentNodes,
    desiredNodes: plan.desiredNodes,
    demands: plan.demands.map(({ name, nodes, reasons }) => ({ name, nodes, reasons: textsOf(reasons) })),
    actions: plan.actions.map(actionFields),
    refusals: plan.refusals.map(({ what, subject, reason }) => ({ what, subject, reason: reason.text })),
    kept: plan.kept.length,
    durationMs: Math.round(durationMs * 10) / 10,
  };
}

function actionFields(action: Action): object {
  const common = { kind: action.kind, operationId: action.operationId, reasons: textsOf(action.reasons) };
  if (action.kind === 'launch') return { ...common, offerings: action.offerings.slice(0, 3) };
  return action.kind === 'abort-launch' ? common : { ...common, nodeName: action.nodeName };
}

function operationLine(operation: Operation): object {
  const { id, decisionId, policy, outcome } = operation;
  const common = {
    operationId: id,
    decisionId,
    ...policyFields(policy),
    instanceId: operation.instanceId,
    reasons: textsOf(operation.reasons),
    outcome: outcome?.text,
  };
  return operation.kind === 'launch'
    ? {
        ...common,
        offering: operation.offering,
        attempt: operation.attempt,
        faults: operation.faults.map((f) => f.code),
      }
    : { ...common, nodeName: operation.nodeName };
}

function noticeLine({ subject, operationId, reason, policy }: EventOf<'notice'>): object {
  return { subject, operationId, ...policyFields(policy), code: reason.code, facts: reason.facts };
}

function policyLine(identity: PolicyIdentity | undefined, document: PolicyDocument): object {
  return { ...policyFields(identity), ...documentFields(document) };
}

/** The policy that a line follows from; empty while none is in force. */
function policyFields(identity: PolicyIdentity | undefined): object {
  return identity === undefined ? {} : { policy: identity.digest, revision: identity.revision };
}

/** A document under names of its own: it need not be what is in force. */
function documentFields({ origin, revision, commit, reference }: PolicyDocument): object {
  const shown = { origin, revision, configMap: reference?.configMap, commit: commit?.subject };
  return { document: shown };
}

function textsOf(reasons: readonly Reason[]): readonly string[] {
  return reasons.map((reason) => reason.text);
}
