import { describe, expect, it } from '@jest/globals';
import { Notices } from '../../src/events/notices.ts';
import type { ReportEvent } from '../../src/ports.ts';

const REASON = { code: 'cpu-high' as const, text: 'CPU is high' };
const IN_FORCE = { digest: 'sha256:1', revision: undefined };

function told(policy?: typeof IN_FORCE): { readonly events: ReportEvent[]; readonly notices: Notices } {
  const events: ReportEvent[] = [];
  const ports = {
    reporter: { report: (event: ReportEvent) => void events.push(event) },
    clock: { now: () => 5 },
  };
  return { events, notices: new Notices(ports, () => policy) };
}

describe('Notices', () => {
  it('are about the fleet unless a subject is given, and name the policy in force', () => {
    const { events, notices } = told(IN_FORCE);
    notices.warn(REASON);
    expect(events).toEqual([
      {
        kind: 'notice',
        severity: 'warning',
        subject: { kind: 'fleet' },
        reason: REASON,
        policy: IN_FORCE,
        atMs: 5,
      },
    ]);
  });

  it('name the policy of the operation that met it rather than the one in force', () => {
    const { events, notices } = told(IN_FORCE);
    const policy = { digest: 'sha256:2', revision: undefined };
    notices.report('info', REASON, { subject: { kind: 'node', name: 'i-1' }, operationId: 'op-1', policy });
    expect(events).toMatchObject([
      { severity: 'info', subject: { name: 'i-1' }, operationId: 'op-1', policy },
    ]);
  });

  it('name no policy while none is in force', () => {
    const { events, notices } = told();
    notices.warn(REASON);
    expect(events[0]).not.toHaveProperty('policy');
  });
});
