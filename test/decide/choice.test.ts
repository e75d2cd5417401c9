import { describe, expect, it } from '@jest/globals';
import { mixOf, nextLifecycle, spotTarget, withWorker } from '../../src/decide/choice.ts';
import { aPolicy } from '../builders/policy.ts';

const { spot } = aPolicy().policy;

describe('the share of spot', () => {
  it('is the percentage above the on-demand base to the nearest node, a half to on-demand', () => {
    const targets = Array.from({ length: 9 }, (_, i) => spotTarget(i + 2, spot));
    expect(targets).toEqual([0, 1, 1, 2, 3, 3, 4, 5, 6]);
    expect(spotTarget(0, spot)).toBe(0);
  });

  it('is reached by buying one node after another', () => {
    let mix = mixOf([]);
    for (let i = 0; i < 10; i += 1) {
      mix = withWorker(mix, { lifecycle: nextLifecycle(mix, spot), zone: undefined });
    }
    expect(mix).toMatchObject({ total: 10, spot: 6 });
  });
});
