import type { PolicyIdentity } from '../model/policy-identity.ts';
import type { Reason } from '../model/reason.ts';
import type { Clock, NoticeSubject, Reporter } from '../ports.ts';

/** Whom to tell and what the time is. */
export interface NoticePorts {
  readonly reporter: Reporter;
  readonly clock: Pick<Clock, 'now'>;
}

/** What a notice is about, where it is not the fleet as a whole. */
export interface NoticeContext {
  /** @default the fleet */
  readonly subject?: NoticeSubject;
  /** The operation that met it. */
  readonly operationId?: string;
  /** The policy that it follows from. @default the one in force, if any */
  readonly policy?: PolicyIdentity;
}

const FLEET: NoticeSubject = { kind: 'fleet' };

/** Reports notices to people; each is stamped with the time and the policy that it follows from. */
export class Notices {
  readonly #ports: NoticePorts;
  readonly #policyInForce: () => PolicyIdentity | undefined;

  /** `policyInForce` is asked at each notice that does not name a policy itself. */
  constructor(ports: NoticePorts, policyInForce: () => PolicyIdentity | undefined = () => undefined) {
    this.#ports = ports;
    this.#policyInForce = policyInForce;
  }

  /** Something did not go as planned, or a person must act. */
  warn(reason: Reason, context: NoticeContext = {}): void {
    this.report('warning', reason, context);
  }

  report(severity: 'info' | 'warning', reason: Reason, context: NoticeContext): void {
    const { subject = FLEET, operationId, policy = this.#policyInForce() } = context;
    this.#ports.reporter.report({
      kind: 'notice',
      severity,
      subject,
      reason,
      ...(operationId !== undefined && { operationId }),
      ...(policy !== undefined && { policy }),
      atMs: this.#ports.clock.now(),
    });
  }
}
