import { describe, expect, it } from '@jest/globals';
import type { Offering } from '../../../src/model/offering.ts';
import { podOfShort, type ShortPod } from '../../packing-checker/short-pods.ts';
import { estimatedNode, fakeOfferings, kwokOfferings } from './bench-offerings.ts';
import { estimatedPods } from './deployment-pods.ts';
import { diversePods, karpenterRandom } from './diverse-pods.ts';
import { lowerBound } from './lower-bound.ts';

const HOST = 'kubernetes.io/hostname';
const node: Offering = {
  ...estimatedNode,
  priceUsdPerHour: 2,
  allocatable: { cpuMillis: 1000, memoryMiB: 1000, pods: 10 },
};
const pods = (count: number, more: Partial<ShortPod> = {}) =>
  Array.from({ length: count }, (_, i) => podOfShort({ name: `${i}`, cpuMilli: 100, memMi: 50, ...more }));

describe('the lower bound', () => {
  it.each([
    ['CPU', pods(20), 4],
    ['memory', pods(20, { memMi: 500 }), 20],
    ['pod slots', pods(20, { cpuMilli: 1, memMi: 1 }), 4],
    ['one node', pods(1), 2],
    ['nothing', [], 0],
    [
      'pods that keep apart',
      pods(7, { labels: { app: 'x' }, podAntiAffinity: [{ key: HOST, sel: { app: 'x' } }] }),
      14,
    ],
    [
      'pods spread over hosts',
      pods(7, {
        labels: { app: 'x' },
        spread: [{ key: HOST, maxSkew: 2, sel: { app: 'x' }, when: 'DoNotSchedule' }],
      }),
      8,
    ],
    [
      'not pods that keep off others',
      pods(7, { labels: { app: 'x' }, podAntiAffinity: [{ key: HOST, sel: { app: 'y' } }] }),
      2,
    ],
  ])('counts %s', async (_, asked, bound) => {
    expect(await lowerBound(asked, [node])).toBeCloseTo(bound, 9);
  });

  it('takes the cheapest per amount and never an unknown price', async () => {
    const large = {
      ...node,
      type: 'l',
      priceUsdPerHour: 3,
      allocatable: { cpuMillis: 2000, memoryMiB: 2000, pods: 20 },
    };
    expect(await lowerBound(pods(40), [node, large, { ...large, priceUsdPerHour: undefined }])).toBeCloseTo(
      6,
      9,
    );
  });

  // The first two are what the peers' figures were compared with, found there by another program.
  it.each([
    ['diverse', fakeOfferings(), diversePods(1000, karpenterRandom(1000)), 215.08],
    ['diverse on KWOK types', kwokOfferings(), diversePods(1000, karpenterRandom(1000)), 18.55],
    ['the estimate', [estimatedNode], estimatedPods(), 2595],
  ])('of %s is the known one', async (_, offerings, shorts, bound) => {
    expect(await lowerBound(shorts.map(podOfShort), offerings)).toBeCloseTo(bound, 2);
  });
});
