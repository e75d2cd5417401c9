import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';
import { SHIPPED_POLICY } from '../../../src/use-cases/files/shipped-file.ts';
import { editPolicy, type PolicyEdit } from '../../../src/use-cases/recommend/policy-edit.ts';

const PERCENT: PolicyEdit = { path: ['spot', 'percent'], value: 100 };
const TYPES: PolicyEdit = { path: ['instances', 'types'], value: ['t3.small', 'm5.xlarge'] };
const MODE: PolicyEdit = { path: ['cost', 'cpuCredits', 'spot'], value: 'standard' };

describe('editing a policy', () => {
  it('changes the value alone and keeps every comment', () => {
    const text = 'spot: # how many\n  percent: 70 # of those above the base\nsuspend: false\n';
    expect(editPolicy(text, [PERCENT])).toBe(
      'spot: # how many\n  percent: 100 # of those above the base\nsuspend: false\n',
    );
  });

  it('writes a key that is missing into its group, and a group that is missing at the end', () => {
    expect(editPolicy('spot:\n  onDemandBase: 1\n', [PERCENT])).toBe(
      'spot:\n  percent: 100\n  onDemandBase: 1\n',
    );
    expect(editPolicy('suspend: false\n', [PERCENT])).toBe('suspend: false\nspot:\n  percent: 100\n');
    expect(editPolicy('suspend: false', [MODE])).toBe(
      'suspend: false\ncost:\n  cpuCredits:\n    spot: standard\n',
    );
  });

  it('changes groups and lists in one line, and lists of several', () => {
    expect(editPolicy('spot: { onDemandBase: 1 }\n', [PERCENT])).toBe(
      'spot: { percent: 100, onDemandBase: 1 }\n',
    );
    expect(editPolicy('cost: { diskGiB: 8 }\n', [MODE])).toBe(
      'cost: { cpuCredits: { spot: standard }, diskGiB: 8 }\n',
    );
    const list = 'instances:\n  types:\n    - t3.small\n    - t3a.small\nsuspend: false\n';
    expect(editPolicy(list, [TYPES])).toBe(
      'instances:\n  types:\n    [t3.small, m5.xlarge]\nsuspend: false\n',
    );
  });

  it('leaves a text alone that says so already, and writes an empty policy anew', () => {
    const text = 'spot: { percent: 100 } # all\n';
    expect(editPolicy(text, [PERCENT])).toBe(text);
    const anew = parsePolicy(editPolicy('{}\n', [PERCENT, TYPES, MODE]));
    expect(anew).toMatchObject({ valid: true, policy: { spot: { percent: 100 } } });
  });

  it('says of the shipped policy what it was told, and nothing else', () => {
    const text = readFileSync(SHIPPED_POLICY, 'utf8');
    const edits = [PERCENT, TYPES, MODE, { path: ['nodes', 'min'], value: 4 }] as const;
    const [before, after] = [parsePolicy(text), parsePolicy(editPolicy(text, edits))];
    if (!before.valid || !after.valid) throw new Error('both are valid');
    const { policy } = before;
    const { cost, nodes, spot, instances } = policy;
    expect(after.policy).toEqual({
      ...policy,
      nodes: { ...nodes, min: 4 },
      spot: { ...spot, percent: 100 },
      instances: { ...instances, types: ['t3.small', 'm5.xlarge'] },
      cost: { ...cost, cpuCredits: { ...cost.cpuCredits, spot: 'standard' } },
    });
  });
});
