import type { Logger } from 'pino';
import { CALLED_OFF, type Operation } from '../model/operation.ts';
import type { Action, Plan } from '../model/plan.ts';
import type { PolicyIdentity } from '../model/policy-identity.ts';
import type { Reason } from '../model/reason.ts';
import type { PolicyDocument, ReportEvent, Reporter } from '../ports.ts';

type InterruptionReport = Extract<ReportEvent, { kind: 'interruption-queue' }>;

/** Writes every report as one JSON line; each line names the policy that it follows from, where one is in force. */
export class JsonLog implements Reporter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  report(event: ReportEvent): void {
    switch (event.kind) {
      case 'decision':
        return this.#logger.info(decisionLine(event.plan, event.durationMs), 'decision');
      case 'operation':
        return this.#operation(event.operation);
      case 'policy-accepted': {
        const { identity, document, bounds } = event;
        const line = { ...policyFields(identity), ...documentFields(document), ...bounds };
        return this.#logger.info(line, 'policy accepted');
      }
      case 'policy-restated': {
        const line = { ...policyFields(event.identity), ...documentFields(event.document) };
        return this.#logger.info(line, 'policy restated: its meaning is the same');
      }
      case 'interruption-queue':
        return this.#interruption(event);
      case 'policy-rejected': {
        const { inForce, document, faults } = event;
        const line = { ...policyFields(inForce), ...documentFields(document), faults };
        return this.#logger.error(
          line,
          `policy rejected: ${inForce === undefined ? 'there is none' : 'the last good one stays'} in force`,
        );
      }
      case 'notice': {
        const { severity, subject, operationId, reason, policy } = event;
        const line = {
          subject,
          operationId,
          ...policyFields(policy),
          code: reason.code,
          facts: reason.facts,
        };
        return severity === 'warning'
          ? this.#logger.warn(line, reason.text)
          : this.#logger.info(line, reason.text);
      }
    }
  }

  /** What concerns others is only counted; errors are notices as well. */
  #interruption({ outcome, interruption, nodeName }: InterruptionReport): void {
    if (outcome === 'announced') this.#logger.info({ ...interruption, nodeName }, 'announced by AWS');
  }

  #operation(operation: Operation): void {
    const line = operationLine(operation);
    const isCalledOff = operation.outcome?.code === CALLED_OFF;
    const isFailure = (operation.step === 'failed' && !isCalledOff) || operation.step === 'aborted';
    if (isFailure) this.#logger.warn(line, `${operation.kind} ${operation.step}`);
    else this.#logger.info(line, `${operation.kind} ${operation.step}`);
  }
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
