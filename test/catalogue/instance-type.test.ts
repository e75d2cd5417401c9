import { describe, expect, it } from '@jest/globals';
import { allocatableOf, instanceType, instanceTypes } from '../../src/catalogue/instance-type.ts';

describe('the catalogue of instance types', () => {
  it('knows what a t3.small has and how its credits work', () => {
    expect(instanceType('t3.small')).toEqual({
      name: 't3.small',
      arch: 'amd64',
      vcpus: 2,
      memoryMiB: 2048,
      burstable: {
        baselinePercentPerVcpu: 20,
        creditsPerHour: 24,
        maxCredits: 576,
        surplusUsdPerVcpuHour: 0.05,
      },
    });
  });

  it('has no burst figures on types that earn no credits', () => {
    expect(instanceType('m6i.large')).not.toHaveProperty('burstable');
  });

  it('says undefined of a type that it does not have', () => {
    expect(instanceType('x99.mega')).toBeUndefined();
  });

  it('names every type once', () => {
    const names = instanceTypes().map((type) => type.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('keeps 24 hours of credits at most', () => {
    const burstable = instanceTypes().flatMap((type) => type.burstable ?? []);
    expect(burstable.map((b) => b.maxCredits)).toEqual(burstable.map((b) => b.creditsPerHour * 24));
  });
});

describe('what a K3s agent leaves to pods', () => {
  it('is between 1.3 and 1.4 GiB of the 2 GiB of a t3.small', () => {
    expect(allocatableOf({ vcpus: 2, memoryMiB: 2048 })).toEqual({
      cpuMillis: 1930,
      memoryMiB: 1374,
      pods: 110,
    });
  });

  it('reserves less of each further vCPU', () => {
    expect(allocatableOf({ vcpus: 8, memoryMiB: 32_768 }).cpuMillis).toBe(7910);
  });

  it('is never below zero', () => {
    expect(allocatableOf({ vcpus: 1, memoryMiB: 512 }).memoryMiB).toBe(0);
  });

  it('is less than the machine has, for every type', () => {
    for (const type of instanceTypes()) {
      const { cpuMillis, memoryMiB } = allocatableOf(type);
      expect(cpuMillis).toBeLessThan(type.vcpus * 1000);
      expect(memoryMiB).toBeLessThan(type.memoryMiB);
      expect(memoryMiB).toBeGreaterThan(0);
    }
  });
});
