import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ReportEvent } from '../../../src/ports.ts';
import { PageState } from '../../../src/report/page/page-state.ts';
import type { NodeRow, PageView, ViewDelta } from '../../../src/report/page/page-view.ts';
import { viewDelta } from '../../../src/report/page/view-delta.ts';
import { aNode } from '../../builders/fleet.ts';
import { aPlan } from '../../builders/plan.ts';
import { aPod } from '../../builders/pod.ts';
import { aSnapshot, aUtilization } from '../../builders/snapshot.ts';
import { caseCount } from '../../test-depth.ts';
import { browserAsset } from './assets/browser-asset.ts';

/** The browser's side. */
interface LiveView {
  readonly view: Omit<PageView, 'nodes'>;
  load(whole: { seq: number; view: PageView }): void;
  apply(delta: { seq: number; view: ViewDelta }): boolean;
  sortedNodes(): readonly NodeRow[];
}

let newLiveView: () => LiveView;

beforeAll(async () => {
  const { LiveView } = await browserAsset<{ LiveView: new () => LiveView }>('live-view.js');
  newLiveView = () => new LiveView();
});

const names = fc.uniqueArray(fc.constantFrom('i-1', 'i-2', 'i-3', 'i-4', 'i-5'));
const notice = fc
  .record({ atMs: fc.nat(9), text: fc.constantFrom('a', 'b') })
  .map(({ atMs, text }): ReportEvent => ({
    kind: 'notice',
    severity: 'info',
    subject: { kind: 'fleet' },
    reason: { code: 'cpu-high', text },
    atMs,
  }));
const policy = fc
  .record({ kind: fc.constantFrom('policy-accepted' as const, 'policy-rejected' as const), atMs: fc.nat(9) })
  .map(({ kind, atMs }): ReportEvent => {
    const document = { text: '', origin: 'policy.yaml', revision: `main@${atMs}` };
    const identity = { digest: `sha256:${atMs}`, revision: undefined };
    return kind === 'policy-accepted'
      ? { kind, document, identity, bounds: { minNodes: 1, maxNodes: 3 }, atMs }
      : { kind, document, faults: ['nodes.max'], inForce: identity, atMs };
  });
const decision = fc
  .record({
    names,
    ready: fc.boolean(),
    pods: fc.nat(3),
    cpu: fc.nat(100),
    desired: fc.nat(3),
    atMs: fc.nat(),
  })
  .map(({ names: there, ready, pods, cpu, desired, atMs }): ReportEvent => ({
    kind: 'decision',
    durationMs: 1,
    plan: aPlan({ desiredNodes: desired, decidedAtMs: atMs, refusals: refusals(desired) }),
    snapshot: aSnapshot({
      nodes: there.map((name, i) => aNode({ name, isReady: ready || i > 0 })),
      pods: there.slice(0, pods).map((nodeName) => aPod({ nodeName, cpu: 100 + cpu })),
      utilization: aUtilization({ nodeCpuPercent: Object.fromEntries(there.map((name) => [name, cpu])) }),
    }),
  }));

function refusals(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    what: 'pod' as const,
    reason: { code: 'at-maximum' as const, text: `refused ${'x'.repeat(i)}` },
  }));
}

/** As it comes over the wire. */
function sent<T>(data: T): T {
  return JSON.parse(JSON.stringify(data)) as T;
}

describe('deltas of the page', () => {
  it('bring a browser to the very view that the server has, whatever happens', () => {
    const events = fc.array(fc.oneof(decision, notice, policy), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(events, (happened) => {
        const state = new PageState('staging');
        const browser = newLiveView();
        let shown = state.view();
        browser.load(sent({ seq: 1, view: shown }));
        for (const [i, event] of happened.entries()) {
          state.report(event);
          const next = state.view();
          expect(browser.apply(sent({ seq: i + 2, view: viewDelta(shown, next) }))).toBe(true);
          shown = next;
          const { nodes, ...rest } = sent(shown);
          expect(browser.view).toEqual(rest);
          expect(browser.sortedNodes()).toEqual(nodes);
        }
      }),
      { numRuns: caseCount(60) },
    );
  });

  it('are empty when nothing changed', () => {
    const state = new PageState('staging');
    expect(viewDelta(state.view(), state.view())).toEqual({});
  });

  it('carry of a row only its id and what changed', () => {
    const state = new PageState('staging');
    const report = (cpu: number) =>
      state.report({
        kind: 'decision',
        durationMs: 1,
        plan: aPlan(),
        snapshot: aSnapshot({
          nodes: [aNode({ name: 'i-1' }), aNode({ name: 'i-2' })],
          utilization: aUtilization({ nodeCpuPercent: { 'i-1': cpu, 'i-2': 7 } }),
        }),
      });
    report(10);
    const before = state.view();
    report(11);
    expect(viewDelta(before, state.view()).nodes).toEqual({ put: [{ id: 'i-1', cpuPercent: 11 }], gone: [] });
  });

  it('are refused by a browser that misses one', () => {
    const browser = newLiveView();
    const view = new PageState('staging').view();
    browser.load({ seq: 4, view });
    expect(browser.apply({ seq: 6, view: {} })).toBe(false);
    expect(browser.apply({ seq: 5, view: {} })).toBe(true);
  });
});
