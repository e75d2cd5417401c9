import { describe, expect, it } from '@jest/globals';
import {
  afterUse,
  baselineVcpus,
  type CreditAccount,
  type CreditMode,
  creditsPerHour,
  isThrottled,
  NO_CREDITS,
  settled,
  steadySurplusUsdPerHour,
  surplusUsd,
} from '../../src/model/cpu-credits.ts';

/** A t3.small: 24 credits an hour, 576 kept, 0.4 vCPUs for ever. */
const burst = { vcpus: 2, baselinePercentPerVcpu: 20, surplusUsdPerVcpuHour: 0.05 };

/** The account after hours of so much CPU, 100 being both vCPUs. */
function after(
  mode: CreditMode,
  ...spells: readonly (readonly [hours: number, percent: number])[]
): CreditAccount {
  return spells.reduce(
    (account, [hours, percent]) => afterUse(account, { burst, mode, vcpus: (2 * percent) / 100, hours }),
    NO_CREDITS,
  );
}

describe('the CPU credits of a t3.small', () => {
  it('earn 24 an hour and sustain 0.4 vCPUs', () => {
    expect(creditsPerHour(burst)).toBe(24);
    expect(baselineVcpus(burst)).toBe(0.4);
  });

  it('are kept up to a day of them, and none are there at launch', () => {
    expect(after('unlimited', [10, 0]).balance).toBe(240);
    expect(after('unlimited', [100, 0]).balance).toBe(576);
    expect(isThrottled(NO_CREDITS, 'standard')).toBe(true);
  });

  it('pay for a morning at 70 % that the night before and the evening after make good', () => {
    // Eight hours at 10 %: 24 earned and 12 spent an hour, 96 in all. Four at 70 %: 84 spent, 60 more than earned, 240 in all.
    const noon = after('unlimited', [8, 10], [4, 70]);
    expect(noon.balance).toBe(0);
    expect(noon.surplus).toBeCloseTo(144, 9);
    // Twelve hours at 10 % earn 144 more than they spend.
    const midnight = after('unlimited', [8, 10], [4, 70], [12, 10]);
    expect(midnight.balance + midnight.surplus + midnight.charged).toBeCloseTo(0, 9);
  });

  it('are charged for when the machine ends in debt: 144 credits are 2.4 vCPU-hours, 0.12 USD', () => {
    const noon = after('unlimited', [8, 10], [4, 70]);
    expect(surplusUsd(noon, burst)).toBeCloseTo(0.12, 9);
    expect(surplusUsd(settled(noon), burst)).toBeCloseTo(0.12, 9);
    expect(settled(noon)).toMatchObject({ surplus: 0 });
  });

  it('are charged at once beyond those of a day', () => {
    // A day at 100 %: 120 spent an hour, 96 more than earned, 2304 in all, of which 576 may still be earned back.
    const account = after('unlimited', [24, 100]);
    expect(account.surplus).toBe(576);
    expect(account.charged).toBeCloseTo(1_728, 9);
    expect(surplusUsd(after('unlimited', [24, 100], [24, 0]), burst)).toBeCloseTo(1.44, 9);
  });

  it('cost nothing in standard mode, where a machine without any is held to its baseline', () => {
    const account = after('standard', [1, 100]);
    expect(surplusUsd(account, burst)).toBe(0);
    expect(isThrottled(account, 'standard')).toBe(true);
    expect(isThrottled(account, 'unlimited')).toBe(false);
    expect(isThrottled(after('standard', [1, 100], [1, 10]), 'standard')).toBe(false);
  });

  it('cost 0.05 USD/h at a steady 70 %, and nothing at the baseline', () => {
    expect(steadySurplusUsdPerHour(burst, 'unlimited', 70)).toBeCloseTo(0.05, 12);
    expect(steadySurplusUsdPerHour(burst, 'unlimited', 20)).toBe(0);
    expect(steadySurplusUsdPerHour(burst, 'standard', 70)).toBe(0);
  });
});
