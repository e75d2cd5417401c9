import { describe, expect, it } from '@jest/globals';
import { instanceTypes } from '../../src/catalogue/instance-type.ts';
import { interruptionsPerHour } from '../../src/catalogue/interruption-rate.ts';
import { offeringBurst } from '../../src/catalogue/offering-burst.ts';

describe('how often spot is interrupted', () => {
  it('adds up over a month to the middle of the range that AWS states', () => {
    const monthly = (type: string) => 1 - (1 - interruptionsPerHour(type)) ** 730;
    expect(monthly('t3.large')).toBeCloseTo(0.025, 9);
    expect(monthly('t3a.small')).toBeCloseTo(0.25, 9);
  });

  it('is that of the worst where the advisor says nothing', () => {
    expect(interruptionsPerHour('x99.mega')).toBe(interruptionsPerHour('t3a.small'));
  });

  it('is known for every type of the catalogue', () => {
    const worst = instanceTypes().filter((type) => interruptionsPerHour(type.name) <= 0);
    expect(worst).toEqual([]);
  });
});

describe('how CPU credits are charged', () => {
  it('follows the catalogue, and the size for burstable types that it lacks', () => {
    expect(offeringBurst({ name: 't3.small', vcpus: 2 })).toEqual({
      burst: { vcpus: 2, baselinePercentPerVcpu: 20, surplusUsdPerVcpuHour: 0.05 },
    });
    expect(offeringBurst({ name: 't4g.2xlarge', vcpus: 8 })).toEqual({
      burst: { vcpus: 8, baselinePercentPerVcpu: 40, surplusUsdPerVcpuHour: 0.04 },
    });
  });

  it('says nothing of types without credits', () => {
    expect(offeringBurst({ name: 'm6i.large', vcpus: 2 })).toEqual({});
    expect(offeringBurst({ name: 't2.small', vcpus: 1 })).toEqual({});
  });
});
