import { describe, expect, it } from '@jest/globals';
import { byKind, reporter } from '../../src/events/reporter.ts';
import type { ReportEvent } from '../../src/ports.ts';
import { aLaunch } from '../builders/fleet.ts';

const LAUNCHED: ReportEvent = { kind: 'operation', operation: aLaunch({ step: 'launched' }), atMs: 7 };
const NOTICE: ReportEvent = {
  kind: 'notice',
  severity: 'warning',
  subject: { kind: 'fleet' },
  reason: { code: 'cpu-high', text: 'CPU is high' },
  atMs: 8,
};

describe('a reporter by kind of event', () => {
  it('takes the kinds that it names, each with its importance, and lets others pass', () => {
    const taken: unknown[] = [];
    const one = reporter({ notice: ({ atMs }, importance) => void taken.push([atMs, importance]) });
    for (const event of [LAUNCHED, NOTICE]) one.report(event);
    expect(taken).toEqual([[8, { severity: 'warning', audience: 'people' }]]);
  });

  it('answers kinds that nobody named with what is said for those', () => {
    const answer = byKind({ operation: ({ operation }) => operation.step }, 'none');
    expect([answer(LAUNCHED), answer(NOTICE)]).toEqual(['launched', 'none']);
  });
});
