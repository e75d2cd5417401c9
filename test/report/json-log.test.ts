import { describe, expect, it } from '@jest/globals';
import pino from 'pino';
import type { ReportEvent } from '../../src/ports.ts';
import { jsonLog } from '../../src/report/json-log.ts';
import { aLaunch, aRemoval } from '../builders/fleet.ts';
import { aPlan } from '../builders/plan.ts';
import { aSnapshot } from '../builders/snapshot.ts';

const BECAUSE = { code: 'cpu-high' as const, text: 'CPU 91 % > 70 %' };
const DOCUMENT = { text: 'secret: no', origin: 'policy.yaml', revision: 'main@sha1:2' };
const POLICY = { digest: 'sha256:1', revision: 'main@sha1:1' };
/** The same in a line of the log. */
const NAMED = { policy: 'sha256:1', revision: 'main@sha1:1' };
const WARN = 40;

/** The lines that these reports write. */
function linesOf(...events: readonly ReportEvent[]): readonly Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const log = jsonLog(
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
      refusals: [{ what: 'shrink', subject: 'i-1', reason: { code: 'too-young', text: 'too young' } }],
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
        identity: POLICY,
        bounds: { minNodes: 2, maxNodes: 9 },
        atMs: 0,
      },
      { kind: 'policy-rejected', document: DOCUMENT, faults: ['nodes.max'], inForce: POLICY, atMs: 0 },
      { ...notice, severity: 'warning', policy: POLICY },
      { ...notice, severity: 'info' },
    );
    expect(lines).toMatchObject([
      {
        msg: 'policy accepted',
        ...NAMED,
        document: { origin: 'policy.yaml', revision: 'main@sha1:2' },
        maxNodes: 9,
      },
      {
        level: 50,
        msg: 'policy rejected: the last good one stays in force',
        ...NAMED,
        faults: ['nodes.max'],
      },
      { level: WARN, msg: BECAUSE.text, code: 'cpu-high', ...NAMED },
      { level: 30, msg: BECAUSE.text },
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('does not say that a last good policy stays in force when there is none', () => {
    const rejected = { kind: 'policy-rejected', document: DOCUMENT, faults: [], atMs: 0 } as const;
    const [line] = linesOf({ ...rejected, inForce: undefined });
    expect(line?.['msg']).toBe('policy rejected: there is none in force');
    expect(line).not.toHaveProperty('policy');
  });

  it('names the policy in force when it comes in other words', () => {
    const document = { ...DOCUMENT, reference: { configMap: 'policy-b', fleetUid: 'u', generation: 2 } };
    const lines = linesOf({ kind: 'policy-restated', document, identity: POLICY, atMs: 0 });
    expect(lines).toMatchObject([{ ...NAMED, document: { configMap: 'policy-b', revision: 'main@sha1:2' } }]);
  });
});
