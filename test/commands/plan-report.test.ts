import { describe, expect, it } from '@jest/globals';
import { planDocument, planText } from '../../src/commands/plan-report.ts';
import { aPlan } from '../builders/plan.ts';

const because = (text: string) => [{ code: 'x', text }];

describe('planText', () => {
  it('says in a table what would be done and why, what would not, and what keeps each worker', () => {
    const text = planText(
      aPlan({
        desiredNodes: 3,
        demands: [
          { name: 'floor', nodes: 2, reasons: because('nodes.min is 2') },
          { name: 'utilization', nodes: undefined, reasons: because('CPU is unknown') },
        ],
        actions: [
          {
            kind: 'launch',
            operationId: 'op-1',
            offerings: ['t3.small/z/spot', 't3a.small/z/spot'],
            nominatedPods: [],
            reasons: because('one pod is pending'),
            startsCooldown: false,
            deadlineMs: 0,
          },
          { kind: 'abort-removal', operationId: 'op-2', nodeName: 'i-2', reasons: because('it is needed') },
        ],
        refusals: [{ what: 'grow', reason: { code: 'max', text: 'nodes.max is 3' } }],
        kept: [{ nodeName: 'i-1', reason: { code: 'local-volume', text: 'db-0 has a local volume' } }],
      }),
    );
    expect(text).toBe(`2 workers now, 3 wanted by policy sha256:000000000000 (main@sha1:1)

Demands:
  floor        2           nodes.min is 2
  utilization  no opinion  CPU is unknown

Would do:
  launch         t3.small/z/spot (or 1 others)  one pod is pending
  abort-removal  i-2                            it is needed

Would not do:
  grow  fleet  nodes.max is 3

Keeps:
  i-1  local-volume  db-0 has a local volume
`);
  });

  it('says so when nothing would be done', () => {
    expect(planText(aPlan({ policy: { digest: 'sha256:1', revision: undefined } }))).toBe(
      '2 workers now, 2 wanted by policy sha256:1\n\nWould do nothing.\n',
    );
  });
});

describe('planDocument', () => {
  it('has the fields that scripts rely on', () => {
    expect(Object.keys(planDocument(aPlan()))).toEqual([
      'decisionId',
      'policy',
      'currentNodes',
      'desiredNodes',
      'demands',
      'actions',
      'refusals',
      'kept',
    ]);
  });
});
