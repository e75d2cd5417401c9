import { describe, expect, it } from '@jest/globals';
import { explanationText } from '../../src/commands/explain-words.ts';
import { decide } from '../../src/decide/decide.ts';
import { CommandError } from '../../src/use-cases/command-error.ts';
import { explainPlan } from '../../src/use-cases/explain-plan.ts';
import { aNode, SMALL } from '../builders/fleet.ts';
import { aPendingPod, aPod } from '../builders/pod.ts';
import { aPolicy } from '../builders/policy.ts';
import { aSnapshot } from '../builders/snapshot.ts';

const NOW = 10_000_000;
const snapshot = aSnapshot({
  nodes: [aNode({ name: 'i-1' }), aNode({ name: 'i-2', zone: 'ap-southeast-1b' })],
  pods: [
    ...['i-1', 'i-2'].map((nodeName) => aPod({ nodeName, cpu: SMALL.cpuMillis, memory: 100 })),
    aPendingPod({ name: 'web', cpu: 900 }),
  ],
});
const inForce = aPolicy();
const planned = { plan: decide(inForce, snapshot, NOW), snapshot, inForce };

describe('smartscale explain', () => {
  it('tells people why a pod waits and what would be bought', () => {
    const text = explanationText(explainPlan({ kind: 'pod', ref: 'default/web' }, planned));
    expect(text).toMatch(/^pod default\/web: node-wanted\n/);
    expect(text).toContain('2 nodes have too little CPU left: i-1, i-2');
    expect(text).toMatch(/Would be bought for it:\n {2}t3/);
    expect(text).toMatch(/t3a?\.small\/.*: 0\.\d{4} USD\/h expected/);
  });

  it('tells people why a worker stays', () => {
    const text = explanationText(explainPlan({ kind: 'node', ref: 'i-1' }, planned));
    expect(text).toMatch(/^node i-1: kept, 0\.\d{4} USD\/h expected\n/);
    expect(text).toContain('Rules that protect it:');
  });

  it.each([
    ['pod', 'web', /no pod web: write it as NAMESPACE\/NAME/],
    ['pod', 'default/none', /no pod default\/none: look with kubectl get pods -A/],
    ['node', 'i-9', /no node i-9: look with kubectl get nodes/],
  ] as const)('says that there is no %s %s, and how to look', (kind, ref, message) => {
    expect(() => explainPlan({ kind, ref }, planned)).toThrow(CommandError);
    expect(() => explainPlan({ kind, ref }, planned)).toThrow(message);
  });
});
