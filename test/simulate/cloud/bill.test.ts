import { describe, expect, it } from '@jest/globals';
import { Bill } from '../../../src/simulate/cloud/bill.ts';

const HOUR_MS = 3_600_000;
const burst = { vcpus: 2, baselinePercentPerVcpu: 20, surplusUsdPerVcpuHour: 0.05 };
const SPOT = { lifecycle: 'spot', priceUsdPerHour: 0.01, burst } as const;
const ON_DEMAND = { lifecycle: 'on-demand', priceUsdPerHour: 0.0264, burst } as const;
const FIXED = { lifecycle: 'on-demand', priceUsdPerHour: 0.1 } as const;
const DISK = (20 * 0.096) / 730;

type Mode = 'unlimited' | 'standard';

/** A bill, its clock, and spells of steady CPU. */
function aBill(spot: Mode = 'unlimited') {
  let atMs = 0;
  const terms = {
    diskGiB: 20,
    diskUsdPerGiBMonth: 0.096,
    cpuCredits: { onDemand: 'unlimited' as const, spot },
  };
  const bill = new Bill({ monotonicMs: () => atMs }, () => terms);
  const spell = (hours: number) => {
    atMs += hours * HOUR_MS;
  };
  return { bill, spell };
}

describe('the bill of a day', () => {
  it('is list price, disk and the surplus that is not earned back, of each machine by itself', () => {
    const { bill, spell } = aBill();
    bill.start('a', SPOT);
    bill.start('b', ON_DEMAND);
    bill.start('c', FIXED);
    // a idles for 8 h (192 credits), works at 70 % for 8 h (60 an hour too many: 480), idles again and ends: 24 × 8 back.
    spell(8);
    for (const id of ['a', 'c']) bill.useCpu(id, 1.4);
    spell(8);
    bill.useCpu('a', 0);
    spell(8);
    // a: 192 − 480 + 192 = −96 credits, 1.6 vCPU-hours. b saved 576 meanwhile, which helps nobody else. c has no credits.
    const { listUsd, diskUsd, surplusUsd, realUsd, nodeHours } = bill.now();
    expect(listUsd).toBeCloseTo(24 * (0.01 + 0.0264 + 0.1), 9);
    expect(diskUsd).toBeCloseTo(3 * 24 * DISK, 9);
    expect(surplusUsd).toBeCloseTo(1.6 * 0.05, 9);
    expect(realUsd).toBeCloseTo(listUsd + diskUsd + surplusUsd, 9);
    expect(nodeHours).toBeCloseTo(72, 9);
  });

  it('charges debt when a machine ends, though another has credits to spare', () => {
    const { bill, spell } = aBill();
    bill.start('a', SPOT);
    bill.start('b', SPOT);
    bill.useCpu('a', 1.4);
    spell(1);
    bill.stop('a');
    spell(20);
    expect(bill.now().surplusUsd).toBeCloseTo(0.05, 9);
  });

  it('charges a minute at least, at the price of its time', () => {
    const { bill, spell } = aBill();
    bill.start('a', SPOT);
    spell(10 / 3_600);
    bill.stop('a');
    expect(bill.now().listUsd).toBeCloseTo(0.01 / 60, 12);
    bill.start('b', SPOT);
    spell(1);
    bill.reprice('b', 0.02);
    spell(1);
    expect(bill.now().listUsd).toBeCloseTo(0.01 / 60 + 0.03, 9);
  });

  it('charges a stopped machine its disk alone, and it comes back with its credits', () => {
    const { bill, spell } = aBill();
    bill.start('a', ON_DEMAND);
    spell(10);
    bill.keepDisk('a');
    const before = bill.now();
    spell(5);
    expect(bill.now().listUsd).toBe(before.listUsd);
    expect(bill.now().diskUsd - before.diskUsd).toBeCloseTo(5 * DISK, 9);
    bill.start('a', ON_DEMAND);
    bill.useCpu('a', 2);
    spell(2.5);
    // 240 credits last for 2.5 h at 96 more than earned.
    expect(bill.now().surplusUsd).toBeCloseTo(0, 9);
    expect(bill.now().nodeHours).toBeCloseTo(12.5, 9);
  });

  it('holds a machine in standard mode to its baseline when its credits are gone, and charges no surplus', () => {
    const { bill, spell } = aBill('standard');
    bill.start('a', SPOT);
    bill.start('b', ON_DEMAND);
    expect(bill.cpuLimitVcpus('a')).toBe(0.4);
    expect(bill.cpuLimitVcpus('b')).toBeUndefined();
    spell(1);
    bill.useCpu('a', 2);
    expect(bill.cpuLimitVcpus('a')).toBeUndefined();
    spell(0.25);
    bill.useCpu('a', 2);
    expect(bill.cpuLimitVcpus('a')).toBe(0.4);
    expect(bill.now().surplusUsd).toBe(0);
  });
});
