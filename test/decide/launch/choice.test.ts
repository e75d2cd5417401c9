import { describe, expect, it } from '@jest/globals';
import {
  mixOf,
  nextLifecycle,
  rankOfferings,
  spotTarget,
  withWorker,
} from '../../../src/decide/launch/choice.ts';
import { anOffering } from '../../builders/fleet.ts';
import { aPolicy } from '../../builders/policy.ts';

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
      mix = withWorker(mix, { lifecycle: nextLifecycle(mix, spot), zone: undefined, type: undefined });
    }
    expect(mix).toMatchObject({ total: 10, spot: 6 });
  });
});

describe('the order of offerings', () => {
  const small = anOffering({ lifecycle: 'spot', type: 't3.small', priceUsdPerHour: 0.01 });
  const large = anOffering({ lifecycle: 'spot', type: 't3a.small', priceUsdPerHour: 0.0104 });
  const rank = (held: number, spreadPercent: number) =>
    rankOfferings([large, small], {
      lifecycle: 'spot',
      mix: mixOf(Array.from({ length: held }, () => ({ ...small, zone: undefined }))),
      costOf: (offering) => offering.priceUsdPerHour,
      spreadPercent,
    })[0]?.type;

  it('takes the cheaper type first and the next once the first is held too often', () => {
    expect(rank(0, 5)).toBe('t3.small');
    expect(rank(1, 5)).toBe('t3a.small');
    expect(rank(4, 0)).toBe('t3.small');
  });

  it('puts what is unproven behind everything else, on-demand included, and leaves it in the list', () => {
    const zones = ['ap-southeast-1a', 'ap-southeast-1b'].map((zone) => ({ ...small, zone }));
    const onDemand = { ...small, lifecycle: 'on-demand' as const };
    const ranked = rankOfferings([...zones, onDemand], {
      lifecycle: 'spot',
      mix: mixOf([]),
      costOf: (offering) => offering.priceUsdPerHour,
      spreadPercent: 5,
      isUnproven: (key) => key.includes('1a/spot'),
    });
    expect(ranked).toEqual([zones[1], onDemand, zones[0]]);
  });

  it('puts an offering of unknown cost behind every known one of its zone', () => {
    const unpriced = anOffering({ type: 'a1.large', priceUsdPerHour: undefined });
    const dear = anOffering({ type: 'z9.large', priceUsdPerHour: 9 });
    const options = {
      lifecycle: 'on-demand' as const,
      mix: mixOf([]),
      costOf: (offering: { readonly priceUsdPerHour: number | undefined }) => offering.priceUsdPerHour,
      spreadPercent: 5,
    };
    expect(rankOfferings([unpriced, dear], options).map(({ type }) => type)).toEqual([
      'z9.large',
      'a1.large',
    ]);
  });
});
