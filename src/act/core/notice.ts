import { Notices } from '../../events/notices.ts';
import type { Operation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { NoticeSubject } from '../../ports.ts';
import type { ActPorts } from './act-ports.ts';

/** Reports a notice about an operation; its subject is the whole fleet unless one is given. */
export function warn(
  operation: Operation,
  reason: Reason,
  ports: ActPorts,
  subject: NoticeSubject = { kind: 'fleet' },
): void {
  notify('warning', { operation, reason, subject }, ports);
}

export function notify(
  severity: 'info' | 'warning',
  { operation, reason, subject }: { operation: Operation; reason: Reason; subject: NoticeSubject },
  ports: ActPorts,
): void {
  const { id: operationId, policy } = operation;
  new Notices(ports).report(severity, reason, { subject, operationId, policy });
}
