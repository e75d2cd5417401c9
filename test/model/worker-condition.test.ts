import { describe, expect, it } from '@jest/globals';
import { STARTUP_TAINT_KEY } from '../../src/model/node.ts';
import {
  countsAsCapacity,
  type JudgedBy,
  type WorkerFacts,
  workerCondition,
} from '../../src/model/worker-condition.ts';
import { aLaunch, aNode, anInstance } from '../builders/fleet.ts';

const NOW = 1_000_000;
const GRACE_MS = 300_000;
const HELD = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];

const ours = anInstance({ operationId: 'op-1' });
const byHand = anInstance({ operationId: undefined });
const silent = (ms: number) => aNode({ isReady: false, readyChangedAtMs: NOW - ms });
const launch = aLaunch({ step: 'launched', instanceId: 'i-1' });

function judged(facts: Partial<WorkerFacts>, by: Partial<JudgedBy> = {}) {
  return workerCondition(
    { node: undefined, instance: undefined, launch: undefined, isDoomed: false, ...facts },
    { nowMs: NOW, graceMs: GRACE_MS, isCloudKnown: true, keepsPool: false, ...by },
  );
}

describe('the condition of a worker', () => {
  it('is that of its launch until the node is Ready', () => {
    expect(judged({ launch })).toBe('intended');
    expect(judged({ launch, instance: ours })).toBe('booting');
    expect(judged({ launch, node: silent(GRACE_MS), instance: ours })).toBe('booting');
    expect(judged({ launch, node: aNode(), instance: ours })).toBe('ready');
    const stopped = anInstance({ operationId: 'fill', isWarm: true, state: 'stopped' });
    const starts = { instanceId: 'i-1', offering: 't3.small/ap-southeast-1a/on-demand' as const };
    expect(judged({ launch: { ...launch, starts }, instance: stopped })).toBe('booting');
  });

  it('is booting without a launch as long as its machine has time to join, and overdue from then on', () => {
    const machine = (ageMs: number) => ({ ...ours, launchedAtMs: NOW - ageMs });
    expect(judged({ instance: machine(GRACE_MS - 1) })).toBe('booting');
    expect(judged({ instance: machine(GRACE_MS) })).toBe('overdue');
  });

  it('is dead once the node was not Ready for as long as a machine may take to join', () => {
    expect(judged({ node: aNode(), instance: ours })).toBe('ready');
    expect(judged({ node: silent(GRACE_MS - 1), instance: ours })).toBe('unready');
    expect(judged({ node: silent(GRACE_MS), instance: ours })).toBe('dead');
  });

  it('is doomed as soon as an operation or AWS is about to take the machine, Ready or not', () => {
    expect(judged({ node: aNode(), instance: ours, isDoomed: true })).toBe('doomed');
    expect(judged({ node: silent(GRACE_MS), instance: ours, isDoomed: true })).toBe('doomed');
    expect(judged({ node: silent(5), launch, instance: ours, isDoomed: true })).toBe('doomed');
  });

  it('is gone with its machine: ended, stopped, or not known to EC2', () => {
    expect(judged({ node: aNode(), instance: { ...ours, state: 'shutting-down' } })).toBe('gone');
    expect(judged({ node: silent(5), instance: { ...ours, state: 'stopped' } })).toBe('gone');
    expect(judged({ node: silent(5) })).toBe('gone');
  });

  it('stays open while EC2 does not answer', () => {
    expect(judged({ node: silent(5) }, { isCloudKnown: false })).toBe('unready');
    expect(judged({ node: silent(GRACE_MS) }, { isCloudKnown: false })).toBe('unknown');
    const held = { ...silent(5), taints: HELD };
    expect(judged({ node: held }, { isCloudKnown: false, keepsPool: true })).toBe('pooled');
  });

  it('is unmanaged where a person started the machine, whatever else is the matter with it (F46)', () => {
    const held = { ...silent(GRACE_MS), taints: HELD };
    expect(judged({ instance: byHand })).toBe('unmanaged');
    expect(judged({ instance: byHand, node: held })).toBe('unmanaged');
    expect(judged({ instance: byHand, node: { ...aNode(), taints: HELD }, isDoomed: true })).toBe(
      'unmanaged',
    );
  });

  it('is that of any worker once a person takes the startup taint off and so gives the machine to the fleet', () => {
    expect(judged({ instance: byHand, node: aNode() })).toBe('ready');
    expect(judged({ instance: byHand, node: silent(GRACE_MS) })).toBe('dead');
  });

  it('is capacity when it is ready, comes, or has been silent for a moment', () => {
    const all = ['intended', 'booting', 'ready', 'unready', 'dead', 'unknown', 'overdue'] as const;
    expect(all.filter(countsAsCapacity)).toEqual(['intended', 'booting', 'ready', 'unready']);
    expect((['doomed', 'gone', 'pooled', 'unmanaged'] as const).filter(countsAsCapacity)).toEqual([]);
  });
});
