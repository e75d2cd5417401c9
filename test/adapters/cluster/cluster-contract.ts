import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DisruptionBudget } from '../../../src/model/disruption-budget.ts';
import { type Node, STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import type { Pod } from '../../../src/model/pod.ts';
import { selectorOf } from '../../../src/model/selector.ts';
import type { Taint } from '../../../src/model/taint.ts';
import type { Cluster } from '../../../src/ports.ts';
import { aNode } from '../../builders/fleet.ts';
import { aPod } from '../../builders/pod.ts';

/** A cluster, and the hands of those who change its objects besides the autoscaler. */
export interface ClusterStage {
  readonly cluster: Cluster;
  /** Creates or replaces the object, as a person or a controller would. */
  putNode(node: Node): void;
  putPod(pod: Pod): void;
  /** A budget over all pods of the label `app: web` that allows no eviction now. */
  putStrictBudget(name: string): void;
  /** Resolves once the condition holds, as the view may lag behind writes; throws when it never does. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** The budget that every implementation makes of a name: nothing that it selects may be evicted now. */
export function strictBudget(name: string): DisruptionBudget {
  return { namespace: 'default', name, selector: selectorOf({ app: 'web' }), disruptionsAllowed: 0 };
}

const signal = new AbortController().signal;
const OURS = { operationId: 'op-7', atMs: Date.parse('2026-11-24T10:00:00.000Z') };
const OTHER = { operationId: 'op-1', atMs: Date.parse('2026-11-24T09:00:00.000Z') };
const FREE = { isUnschedulable: false, cordonedBy: undefined };
const BY_A_PERSON = { isUnschedulable: true, cordonedBy: undefined };

/** What every cluster promises. `open` gives a fresh cluster without nodes or pods each time. */
export function describeCluster(name: string, open: () => Promise<ClusterStage>): void {
  describe(`${name}: what every cluster promises`, () => {
    let stage: ClusterStage;

    beforeEach(async () => {
      stage = await open();
      await stage.cluster.synced(signal);
    });

    afterEach(() => stage.close());

    const seen = (nodeName = 'i-1') => stage.cluster.view().nodes.find((node) => node.name === nodeName);

    async function withNode(parts: Partial<Node> = {}): Promise<Cluster> {
      stage.putNode(aNode(parts));
      await stage.until(() => seen() !== undefined);
      return stage.cluster;
    }

    /** What the node shows once a change that was made after it has been seen, so that nothing is still to come. */
    async function stateOfNode(): Promise<Pick<Node, 'isUnschedulable' | 'cordonedBy'> | undefined> {
      stage.putNode(aNode({ name: 'i-later' }));
      await stage.until(() => seen('i-later') !== undefined);
      const node = seen();
      return node && { isUnschedulable: node.isUnschedulable, cordonedBy: node.cordonedBy };
    }

    describe('cordon', () => {
      it.each<[title: string, before: Partial<Node>, after: Partial<Node>]>([
        ['makes a free node unschedulable with our mark', FREE, { isUnschedulable: true, cordonedBy: OURS }],
        ['leaves a node that a person cordoned without a mark', BY_A_PERSON, BY_A_PERSON],
        [
          'keeps the time of the mark when the same operation cordons again',
          { isUnschedulable: true, cordonedBy: { ...OURS, atMs: OTHER.atMs } },
          { isUnschedulable: true, cordonedBy: { ...OURS, atMs: OTHER.atMs } },
        ],
        [
          'cordons anew when a person took the cordon off our node',
          { isUnschedulable: false, cordonedBy: OURS },
          { isUnschedulable: true, cordonedBy: OURS },
        ],
        [
          'takes over the mark of another operation',
          { isUnschedulable: true, cordonedBy: OTHER },
          { isUnschedulable: true, cordonedBy: OURS },
        ],
      ])('%s', async (_title, before, after) => {
        const cluster = await withNode(before);
        expect(await cluster.cordon('i-1', OURS, signal)).toBe('done');
        expect(await stateOfNode()).toEqual(after);
      });

      it('calls back those who wait for changes', async () => {
        const cluster = await withNode();
        let calls = 0;
        const stop = cluster.onChange(() => {
          calls += 1;
        });
        await cluster.cordon('i-1', OURS, signal);
        await stage.until(() => calls > 0);
        stop();
        const before = calls;
        await cluster.uncordon('i-1', OURS.operationId, signal);
        await stateOfNode();
        expect(calls).toBe(before);
      });
    });

    describe('uncordon', () => {
      const marked = { isUnschedulable: true, cordonedBy: OURS };
      const ofOther = { isUnschedulable: true, cordonedBy: OTHER };

      it.each<[title: string, before: Partial<Node>, answer: string, after: Partial<Node>]>([
        ['takes the cordon and the mark of the operation off', marked, 'done', FREE],
        ["leaves a person's cordon", BY_A_PERSON, 'not-ours', BY_A_PERSON],
        ['leaves the cordon of another operation', ofOther, 'not-ours', ofOther],
        ['has nothing to do on a node that is free', FREE, 'done', FREE],
      ])('%s', async (_title, before, answer, after) => {
        const cluster = await withNode(before);
        expect(await cluster.uncordon('i-1', OURS.operationId, signal)).toBe(answer);
        expect(await stateOfNode()).toEqual(after);
      });

      it('after cordon leaves a node as a person had cordoned it', async () => {
        const cluster = await withNode(BY_A_PERSON);
        await cluster.cordon('i-1', OURS, signal);
        expect(await cluster.uncordon('i-1', OURS.operationId, signal)).toBe('not-ours');
        expect(await stateOfNode()).toEqual(BY_A_PERSON);
      });
    });

    describe('admitNode', () => {
      const startup: Taint = { key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' };
      const other: Taint = { key: 'team', value: 'data', effect: 'NoSchedule' };

      it('takes the startup taint off and leaves every other, also when it is repeated', async () => {
        const cluster = await withNode({ taints: [startup, other] });
        expect(await cluster.admitNode('i-1', signal)).toBe('done');
        await stage.until(() => seen()?.taints.length === 1);
        expect(await cluster.admitNode('i-1', signal)).toBe('done');
        expect(seen()?.taints).toEqual([other]);
      });
    });

    describe('rememberAnnouncement', () => {
      const atMs = Date.parse('2026-11-24T10:00:00.000Z');
      const maintenance = { kind: 'maintenance', atMs, effectiveAtMs: atMs + 86_400_000 } as const;
      const kindsSeen = () => seen()?.announced?.map(({ kind }) => kind) ?? [];

      it('keeps one announcement of each kind on the node, the last of its kind, also when it is repeated', async () => {
        const cluster = await withNode();
        for (const announcement of [
          { ...maintenance, atMs: atMs - 1_000 },
          { kind: 'rebalance', atMs } as const,
          maintenance,
          maintenance,
        ]) {
          expect(await cluster.rememberAnnouncement('i-1', announcement, signal)).toBe('done');
        }
        await stage.until(() => kindsSeen().length === 2 && kindsSeen()[1] === 'maintenance');
        expect(seen()?.announced).toEqual([{ kind: 'rebalance', atMs }, maintenance]);
        expect(await stateOfNode()).toEqual(FREE);
      });
    });

    describe('deleteNode', () => {
      it('leaves a node of the same name with another uid, and says that ours is gone', async () => {
        const cluster = await withNode({ uid: 'uid-of-successor' });
        expect(await cluster.deleteNode('i-1', 'uid-i-1', signal)).toBe('gone');
        expect(await stateOfNode()).toEqual(FREE);
      });

      it('deletes the node once; then it is gone', async () => {
        const cluster = await withNode();
        expect(await cluster.deleteNode('i-1', 'uid-i-1', signal)).toBe('done');
        await stage.until(() => seen() === undefined);
        expect(await cluster.deleteNode('i-1', 'uid-i-1', signal)).toBe('gone');
      });
    });

    it('answers gone about a node that does not exist', async () => {
      const { cluster } = stage;
      expect(await cluster.cordon('i-9', OURS, signal)).toBe('gone');
      expect(await cluster.uncordon('i-9', OURS.operationId, signal)).toBe('gone');
      expect(await cluster.admitNode('i-9', signal)).toBe('gone');
      expect(await cluster.rememberAnnouncement('i-9', { kind: 'rebalance', atMs: 0 }, signal)).toBe('gone');
      expect(await cluster.deleteNode('i-9', 'uid-i-9', signal)).toBe('gone');
    });

    describe('evict', () => {
      const web = aPod({ name: 'web-1', nodeName: 'i-1', labels: { app: 'web' } });
      const shown = () => stage.cluster.view().pods.find(({ name: podName }) => podName === 'web-1');

      async function withPod(...budgets: readonly string[]): Promise<Cluster> {
        const cluster = await withNode();
        stage.putPod(web);
        for (const budget of budgets) stage.putStrictBudget(budget);
        await stage.until(() => shown() !== undefined && cluster.view().budgets.length === budgets.length);
        return cluster;
      }

      it('makes the pod go: it is being deleted or is gone', async () => {
        const cluster = await withPod();
        expect(await cluster.evict(web, 60, signal)).toEqual({ status: 'evicted' });
        await stage.until(() => shown()?.deletionRequestedAtMs !== undefined || shown() === undefined);
      });

      it('answers gone about a pod that does not exist, or whose name another pod has', async () => {
        const cluster = await withPod();
        const missing = aPod({ name: 'web-9', nodeName: 'i-1' });
        expect(await cluster.evict(missing, 60, signal)).toEqual({ status: 'gone' });
        expect(await cluster.evict({ ...web, uid: 'uid-before' }, 60, signal)).toEqual({ status: 'gone' });
        expect(shown()?.deletionRequestedAtMs).toBeUndefined();
      });

      it('names the budget that does not allow it now, and leaves the pod', async () => {
        const cluster = await withPod('strict');
        const outcome = await cluster.evict(web, 60, signal);
        expect(outcome).toMatchObject({ status: 'blocked', budget: 'strict' });
        expect(shown()?.deletionRequestedAtMs).toBeUndefined();
      });

      it('is misconfigured for ever while two budgets select the pod', async () => {
        const cluster = await withPod('strict', 'stricter');
        expect(await cluster.evict(web, 60, signal)).toMatchObject({ status: 'misconfigured' });
        expect(shown()?.deletionRequestedAtMs).toBeUndefined();
      });
    });
  });
}
