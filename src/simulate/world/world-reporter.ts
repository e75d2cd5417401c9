import { byKind } from '../../events/reporter.ts';
import type { Plan } from '../../model/plan.ts';
import type { NoticeSubject, ReportEvent, Reporter } from '../../ports.ts';
import type { EventLog } from '../base/event-log.ts';
import type { ReportedDecision } from '../judge/observed-world.ts';

/** Decisions that are remembered at least, and twice as many at most: those that an operation may still name, adopted ones included. */
const MAX_DECISIONS = 6_000;

/** Writes down what the controller says, and passes it on. */
export class WorldReporter implements Reporter {
  readonly #log: EventLog;
  readonly #next: Reporter | undefined;
  readonly #clock: { monotonicMs(): number };
  readonly #decisions = new Map<string, ReportedDecision>();
  /** Their ids, oldest first: a map finds its first entry the more slowly the more were deleted before it. */
  readonly #order: string[] = [];
  #lastLine = '';
  readonly #note = byKind<void>(
    {
      decision: ({ plan }) => this.#decided(plan),
      'policy-accepted': ({ identity }) => this.#log.add('policy-accepted', { ...identity }),
      'policy-restated': ({ identity }) => this.#log.add('policy-restated', { ...identity }),
      'policy-rejected': ({ faults }) => this.#log.add('policy-rejected', { faults: faults.join('; ') }),
      'interruption-queue': ({ outcome, interruption }) =>
        this.#log.add('queue', { outcome, instance: interruption?.instanceId }),
      notice: ({ subject, reason }) => this.#log.add('notice', { about: nameOf(subject), code: reason.code }),
    },
    undefined,
  );

  constructor(log: EventLog, clock: { monotonicMs(): number }, next: Reporter | undefined) {
    this.#log = log;
    this.#clock = clock;
    this.#next = next;
  }

  decision(id: string): ReportedDecision | undefined {
    return this.#decisions.get(id);
  }

  report(event: ReportEvent): void {
    this.#note(event);
    this.#next?.report(event);
  }

  /** A decision equal to the one before is not reported again. */
  #decided(plan: Plan): void {
    this.#remember(plan);
    const { currentNodes, desiredNodes, policy } = plan;
    const actions = plan.actions.map((action) => action.kind).join('+');
    const line = `${currentNodes} ${desiredNodes} ${actions} ${policy.digest}`;
    if (line === this.#lastLine) return;
    this.#lastLine = line;
    this.#log.add('decision', {
      id: plan.decisionId,
      current: currentNodes,
      desired: desiredNodes,
      actions: actions === '' ? undefined : actions,
      policy: policy.digest,
    });
  }

  #remember(plan: Plan): void {
    const { digest } = plan.policy;
    if (!this.#decisions.has(plan.decisionId)) this.#order.push(plan.decisionId);
    this.#decisions.set(plan.decisionId, { digest, atMs: this.#clock.monotonicMs() });
    if (this.#order.length < 2 * MAX_DECISIONS) return;
    for (const id of this.#order.splice(0, MAX_DECISIONS)) this.#decisions.delete(id);
  }
}

function nameOf(subject: NoticeSubject): string {
  switch (subject.kind) {
    case 'fleet':
      return 'fleet';
    case 'node':
      return subject.name;
    case 'pod':
      return `${subject.namespace}/${subject.name}`;
  }
}
