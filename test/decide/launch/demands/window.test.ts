import { describe, expect, it } from '@jest/globals';
import { valuesOver } from '../../../../src/decide/launch/demands/window.ts';
import type { Signal } from '../../../../src/model/signal.ts';
import { steady } from '../../../builders/snapshot.ts';

const NOW = 10_000_000;
const options = { nowMs: NOW, windowMs: 180_000, minCoveragePercent: 90 };

function why(signal: Signal): string | undefined {
  const values = valuesOver(signal, options);
  return values.status === 'unknown' ? values.why : undefined;
}

describe('a signal over a window', () => {
  it('has its lowest, highest and newest value', () => {
    const signal = steady(50, { untilMs: NOW });
    expect(valuesOver(signal, options)).toMatchObject({
      status: 'known',
      lowest: 50,
      highest: 50,
      newest: 50,
    });
  });

  it('is unknown when it is, is empty, or its newest sample is stale', () => {
    expect(why({ status: 'unknown', why: 'down' })).toBe('down');
    expect(why({ status: 'known', samples: [], stepMs: 15_000, coverage: 1 })).toContain('no sample');
    expect(why(steady(50, { untilMs: NOW - 90_000 }))).toBe('the newest sample is 90 s old');
  });

  it('is unknown when its history is shorter than the window', () => {
    expect(why(steady(50, { untilMs: NOW, windowMs: 120_000 }))).toContain('is sampled, 90 % are needed');
  });

  it('takes values that are no numbers as missing', () => {
    const signal = steady(Number.NaN, { untilMs: NOW });
    expect(why(signal)).toContain('no sample');
  });

  it('is partial when it speaks for too few workers', () => {
    expect(valuesOver(steady(50, { untilMs: NOW, coverage: 0.5 }), options)).toMatchObject({
      isPartial: true,
    });
  });

  it('of no length still looks at two steps', () => {
    expect(valuesOver(steady(50, { untilMs: NOW }), { ...options, windowMs: 0 }).status).toBe('known');
  });
});
