import { describe, expect, it } from '@jest/globals';
import { planDocument, planText } from '../../src/commands/plan-words.ts';
import { aPlan } from '../builders/plan.ts';

const because = (text: string) => [{ code: 'pending-pods' as const, text }];

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
        refusals: [{ what: 'grow', reason: { code: 'at-maximum', text: 'nodes.max is 3' } }],
        kept: [{ nodeName: 'i-1', reason: { code: 'pod-local-volume', text: 'db-0 has a local volume' } }],
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
  i-1  pod-local-volume  db-0 has a local volume
`);
  });

  it('says how the warm pool stands, what it costs, and what is started out of it', () => {
    const plan = aPlan({
      actions: [
        {
          kind: 'launch',
          operationId: 'op-1',
          offerings: ['t3.small/z/on-demand'],
          nominatedPods: [],
          reasons: because('one pod is pending'),
          startsCooldown: false,
          deadlineMs: 0,
          starts: { instanceId: 'i-9', offering: 't3.small/z/on-demand' },
        },
      ],
      warmPool: {
        size: 2,
        waiting: 1,
        filling: 1,
        leaving: 0,
        costUsdPerHour: 0.029,
        reason: { code: 'warm-pool-waits', text: 'launch op-0 is under way' },
      },
    });
    expect(planText(plan)).toContain(
      'Warm pool: 1 of 2 machines wait stopped, 1 on the way in, 0 on the way out, at 0.0290 USD/h: launch op-0 is under way\n',
    );
    expect(planText(plan)).toContain('  launch  i-9 of the warm pool  one pod is pending');
    expect(planDocument(plan)).toMatchObject({ warmPool: { size: 2, waiting: 1 } });
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
