import { reporter } from '../../events/reporter.ts';
import type { Operation } from '../../model/operation.ts';
import type { Plan } from '../../model/plan.ts';
import type { PolicyIdentity } from '../../model/policy-identity.ts';
import type { ReportEvent, Reporter } from '../../ports.ts';

/** The demo's story for the terminal: a line for each decision that acts, policy, removal that failed and notice. */
export class StoryReporter implements Reporter {
  readonly #write: (line: string) => void;
  readonly #events = reporter({
    decision: ({ plan }) => this.#writePlan(plan),
    operation: ({ operation, atMs }) => this.#writeOperation(operation, atMs),
    'policy-accepted': ({ document: { commit, revision }, identity, atMs }) => {
      const what = commit === undefined ? '' : ` “${commit.subject}” by ${commit.author}`;
      this.#writeLine(atMs, `policy${what} is in force: ${identity.digest.slice(0, 15)}${short(revision)}`);
    },
    'policy-rejected': ({ inForce, faults, atMs }) =>
      this.#writeLine(atMs, `policy refused, ${isUnchanged(inForce)} in force: ${faults.join('; ')}`),
    notice: ({ reason, atMs }, { severity }) => {
      if (severity === 'warning') this.#writeLine(atMs, reason.text);
    },
  });

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  report(event: ReportEvent): void {
    this.#events.report(event);
  }

  #writePlan(plan: Plan): void {
    for (const action of plan.actions) {
      const why = action.reasons.map((reason) => reason.text).join('; ');
      const what =
        action.kind === 'launch'
          ? `launch ${action.offerings[0] ?? ''}`
          : `${action.kind.replace('-', ' ')} ${'nodeName' in action ? action.nodeName : action.operationId}`;
      this.#writeLine(
        plan.decidedAtMs,
        `${what}: ${why} [policy ${plan.policy.digest.slice(7, 15)}${short(plan.policy.revision)}]`,
      );
    }
  }

  #writeOperation(operation: Operation, atMs: number): void {
    if (operation.kind === 'launch' && operation.step === 'ready') {
      const seconds = Math.round((atMs - operation.createdAtMs) / 1000);
      this.#writeLine(atMs, `${operation.instanceId ?? ''} is ready, ${seconds} s after the decision`);
    }
    if (operation.step === 'removed') this.#writeLine(atMs, `${operation.nodeName} is gone`);
    if (operation.step === 'failed' || operation.step === 'aborted') {
      this.#writeLine(atMs, `${operation.kind} ${operation.step}: ${operation.outcome?.text ?? ''}`);
    }
  }

  #writeLine(atMs: number, text: string): void {
    this.#write(`${new Date(atMs).toISOString().slice(11, 19)}  ${text}`);
  }
}

function isUnchanged(inForce: PolicyIdentity | undefined): string {
  return inForce === undefined ? 'there is none' : 'the last good one stays';
}

function short(revision: string | undefined): string {
  return revision === undefined ? '' : ` at ${revision.replace(/([0-9a-f]{8})[0-9a-f]{8,}/, '$1')}`;
}
