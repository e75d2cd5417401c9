import { describe, expect, it } from '@jest/globals';
import type { Offering } from '../../../src/model/offering.ts';
import { checkPacking } from '../../packing-checker/check-packing.ts';
import { podOfShort, type ShortPod } from '../../packing-checker/short-pods.ts';
import { caseCount } from '../../test-depth.ts';
import { exactOptimum } from './exact-optimum.ts';
import { compareSmallInstances } from './small-comparison.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const offering = (type: string, cores: number, priceUsdPerHour: number, zone = 'a'): Offering => ({
  type,
  zone,
  lifecycle: 'spot',
  arch: 'amd64',
  priceUsdPerHour,
  allocatable: { cpuMillis: cores * 1000, memoryMiB: 4096, pods: 10 },
});
const pods = (count: number, cpuMilli: number, more: Partial<ShortPod> = {}) =>
  Array.from({ length: count }, (_, i) =>
    podOfShort({ name: `${i}`, cpuMilli, memMi: 10, labels: { app: 'x' }, ...more }),
  );
const near = (key: string) => [{ key, sel: { app: 'x' } }];
const spread = (key: string, maxSkew = 1) => [
  { key, maxSkew, sel: { app: 'x' }, when: 'DoNotSchedule' as const },
];

describe('the exact optimum', () => {
  const twoZones = [offering('s', 1, 1), offering('s', 1, 1.2, 'b'), offering('l', 4, 2.5)];

  it.each([
    ['one large node', pods(4, 1000), 2.5],
    ['a small node beside a large one', pods(5, 1000), 3.5],
    ['two small nodes', pods(2, 1000), 2],
    ['a node for each that keeps apart', pods(3, 100, { podAntiAffinity: near(HOST) }), 3],
    ['a zone for each that keeps apart', pods(2, 100, { podAntiAffinity: near(ZONE) }), 2.2],
    ['both zones for a spread', pods(3, 1000, { spread: spread(ZONE) }), 3.2],
    ['two on a host', pods(4, 100, { spread: spread(HOST, 2) }), 2],
    ['the zone asked for', pods(3, 1000, { nodeSelector: { [ZONE]: 'b' } }), 3.6],
    ['one zone for friends', pods(3, 1000, { podAffinity: near(ZONE) }), 2.5],
    ['nothing where zones run out', pods(3, 100, { podAntiAffinity: near(ZONE) }), undefined],
    ['nothing where no node is large enough', pods(1, 5000), undefined],
  ])('is %s', (_, asked, cost) => {
    const found = exactOptimum(asked, twoZones);
    expect(found?.costUsdPerHour.toFixed(9)).toBe(cost?.toFixed(9));
    if (found !== undefined) expect(checkPacking({ pods: asked, offerings: twoZones }, found)).toEqual([]);
  });

  it('can be bound as it stands, lies above the lower bound, and is not beaten by the packer', async () => {
    const instances = caseCount(100);
    const { faults, compared, leftOut, meanRatio } = await compareSmallInstances(1, instances);
    expect(faults).toEqual([]);
    expect(compared).toBeGreaterThan(0.75 * instances);
    expect(leftOut).toBe(0);
    expect(meanRatio).toBeLessThan(1.001);
  });
});
