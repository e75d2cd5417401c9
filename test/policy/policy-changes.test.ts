import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { policyChanges } from '../../src/policy/policy-changes.ts';
import type { Policy } from '../../src/policy/policy-schema.ts';

function policyOf(text: string): Policy {
  const reading = parsePolicy(text);
  if (!reading.valid) throw new Error(JSON.stringify(reading.faults));
  return reading.policy;
}

const changes = (before: string, after: string) => policyChanges(policyOf(before), policyOf(after));

describe('the changes from one policy to another', () => {
  it('are none when only words differ: order, comments, defaults written out', () => {
    expect(changes('{}', '# as ever\nnodes: {max: 10, min: 2}\nkind: ScalingPolicy\n')).toEqual([]);
  });

  it('name each key with what it was and what it becomes', () => {
    expect(changes('nodes: {max: 8}', 'nodes: {max: 6}\nutilization: {cpu: {upPercent: 60}}')).toEqual([
      { path: 'nodes.max', from: 8, to: 6 },
      { path: 'utilization.cpu.upPercent', from: 70, to: 60 },
    ]);
  });

  it('compare with the default where a key is left out', () => {
    expect(changes('nodes: {max: 8}', '{}')).toEqual([{ path: 'nodes.max', from: 8, to: 10 }]);
  });

  it('show a list of plain values whole, since its order counts', () => {
    expect(
      changes('instances: {types: [t3.small, t3a.small]}', 'instances: {types: [t3a.small, t3.small]}'),
    ).toEqual([{ path: 'instances.types', from: ['t3.small', 't3a.small'], to: ['t3a.small', 't3.small'] }]);
  });

  it('go into lists of groups, and show an entry that comes or goes key by key', () => {
    const morning = 'schedules: [{name: morning, start: "0 8 * * *", durationMinutes: 60, minNodes: 3}]';
    const found = changes(morning, morning.replace('minNodes: 3', 'minNodes: 4'));
    expect(found).toEqual([{ path: 'schedules.0.minNodes', from: 3, to: 4 }]);
    expect(changes('{}', morning)).toContainEqual({ path: 'schedules.0.minNodes', from: null, to: 3 });
    expect(changes(morning, '{}')).toContainEqual({ path: 'schedules.0.minNodes', from: 3, to: null });
  });
});
