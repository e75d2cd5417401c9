import { describe, expect, it } from '@jest/globals';
import pino from 'pino';
import type { ReportEvent } from '../../src/ports.ts';
import { JsonLog } from '../../src/report/json-log.ts';
import { aLaunch, aRemoval } from '../builders/fleet.ts';
import { aPlan } from '../builders/plan.ts';
import { aSnapshot } from '../builders/snapshot.ts';

const BECAUSE = { code: 'cpu', text: 'CPU 91 % > 70 %' };
const DOCUMENT = { text: 'secret: no', origin: 'policy.yaml', revision: 'main@sha1:1' };
const WARN = 40;

/** The lines that these reports write. */
function linesOf(...events: readonly ReportEvent[]): readonly Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const log = new JsonLog(
    pino({ base: null }, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) }),
  );
  for (const event of events) log.report(event);
  return lines;
}

describe('JsonLog', () => {
  it('writes a decision as one line with its numbers, demands, actions and refusals', () => {
    const plan = aPlan({
      desiredNodes: 3,
      demands: [{ name: 'utilization', nodes: 3, reasons: [BECAUSE] }],
      actions: [
        {
          kind: 'launch',
          operationId: 'op-1',
          offerings: ['a.b/z/spot', 'a.b/z/on-demand', 'c.d/z/spot', 'e.f/z/spot'],
          nominatedPods: [],
          reasons: [BECAUSE],
          startsCooldown: true,
          deadlineMs: 1,
        },
        { kind: 'abort-removal', operationId: 'op-2', nodeName: 'i-2', reasons: [] },
      ],
      refusals: [{ what: 'shrink', subject: 'i-1', reason: { code: 'x', text: 'too young' } }],
    });
    expect(linesOf({ kind: 'decision', plan, snapshot: aSnapshot(), durationMs: 12.345 })).toMatchObject([
      {
        msg: 'decision',
        decisionId: 'd-1',
        revision: 'main@sha1:1',
        currentNodes: 2,
        desiredNodes: 3,
        demands: [{ name: 'utilization', nodes: 3, reasons: ['CPU 91 % > 70 %'] }],
        actions: [
          { kind: 'launch', operationId: 'op-1', offerings: ['a.b/z/spot', 'a.b/z/on-demand', 'c.d/z/spot'] },
          { kind: 'abort-removal', nodeName: 'i-2' },
        ],
        refusals: [{ what: 'shrink', subject: 'i-1', reason: 'too young' }],
        durationMs: 12.3,
      },
    ]);
  });

  it('writes each step of an operation, and a failure as a warning', () => {
    const lines = linesOf(
      { kind: 'operation', operation: aLaunch({ step: 'launched', instanceId: 'i-9' }), atMs: 0 },
      { kind: 'operation', operation: aRemoval({ step: 'aborted', outcome: BECAUSE }), atMs: 0 },
    );
    expect(lines).toMatchObject([
      { msg: 'launch launched', operationId: 'op-1', decisionId: 'd-1', instanceId: 'i-9' },
      { msg: 'remove aborted', level: WARN, nodeName: 'i-1', outcome: BECAUSE.text },
    ]);
  });

  it('writes what became of a policy without its text, and notices at their severity', () => {
    const notice = { kind: 'notice', subject: { kind: 'fleet' }, reason: BECAUSE, atMs: 0 } as const;
    const lines = linesOf(
      {
        kind: 'policy-accepted',
        document: DOCUMENT,
        digest: 'sha256:1',
        bounds: { minNodes: 2, maxNodes: 9 },
        atMs: 0,
      },
      { kind: 'policy-rejected', document: DOCUMENT, faults: ['nodes.max'], atMs: 0 },
      { ...notice, severity: 'warning' },
      { ...notice, severity: 'info' },
    );
    expect(lines).toMatchObject([
      { msg: 'policy accepted', policy: 'sha256:1', origin: 'policy.yaml', maxNodes: 9 },
      { level: 50, faults: ['nodes.max'], revision: 'main@sha1:1' },
      { level: WARN, msg: BECAUSE.text, code: 'cpu' },
      { level: 30, msg: BECAUSE.text },
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});
