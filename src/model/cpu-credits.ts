import type { OfferingBurst } from './offering.ts';

/** What happens to a burstable machine without credits: it pays for CPU above its baseline, or is held to it. */
export type CreditMode = 'unlimited' | 'standard';

/** The credits of one machine. One credit is one vCPU at 100 % for a minute. */
export interface CreditAccount {
  /** Credits kept, at most those of 24 hours. None at launch (T3, T3a and T4g). */
  readonly balance: number;
  /** Credits spent ahead in unlimited mode: what is earned later pays them back. At most those of 24 hours. */
  readonly surplus: number;
  /** Credits that are charged for good. */
  readonly charged: number;
}

export const NO_CREDITS: CreditAccount = { balance: 0, surplus: 0, charged: 0 };

const MINUTES_PER_HOUR = 60;
/** Both balances hold at most what is earned in a day (EC2 user guide, "Key concepts for burstable performance instances"). */
const HOURS_KEPT = 24;

/** What a machine earns in an hour: 24 credits for a t3.small. */
export function creditsPerHour({ vcpus, baselinePercentPerVcpu }: OfferingBurst): number {
  return (vcpus * baselinePercentPerVcpu * MINUTES_PER_HOUR) / 100;
}

/** vCPUs that earned credits sustain for ever: 0.4 for a t3.small. */
export function baselineVcpus({ vcpus, baselinePercentPerVcpu }: OfferingBurst): number {
  return (vcpus * baselinePercentPerVcpu) / 100;
}

/**
 * The account after so many hours at a steady use of CPU, in vCPUs. What is earned pays back surplus first. What is used beyond the
 * balance is surplus in unlimited mode, and what exceeds a day's credits is charged at once; in standard mode it cannot be used.
 */
export function afterUse(account: CreditAccount, { burst, mode, vcpus, hours }: CreditUse): CreditAccount {
  const most = creditsPerHour(burst) * HOURS_KEPT;
  const spent = Math.max(0, vcpus) * MINUTES_PER_HOUR * hours;
  const net = account.balance - account.surplus + creditsPerHour(burst) * hours - spent;
  if (net >= 0) return { ...account, balance: Math.min(most, net), surplus: 0 };
  if (mode === 'standard') return { ...account, balance: 0, surplus: 0 };
  const surplus = Math.min(most, -net);
  return { balance: 0, surplus, charged: account.charged + (-net - surplus) };
}

/** A time of steady use: `vcpus` is what the machine really got. */
export interface CreditUse {
  readonly burst: OfferingBurst;
  readonly mode: CreditMode;
  readonly vcpus: number;
  readonly hours: number;
}

/** The account of a machine that stops or ends: what it spent ahead is charged. */
export function settled({ balance, surplus, charged }: CreditAccount): CreditAccount {
  return { balance, surplus: 0, charged: charged + surplus };
}

/** What the surplus costs if the machine ended now, USD. */
export function surplusUsd({ surplus, charged }: CreditAccount, burst: OfferingBurst): number {
  return ((surplus + charged) / MINUTES_PER_HOUR) * burst.surplusUsdPerVcpuHour;
}

/** Whether the machine is held to its baseline now. */
export function isThrottled({ balance }: CreditAccount, mode: CreditMode): boolean {
  return mode === 'standard' && balance <= 0;
}

/**
 * What surplus costs an hour at a load that lasts, USD: `max(0, load − baseline) / 100 × vCPUs × price of a vCPU-hour`. Below the
 * baseline nothing is credited back: it is an average over a day or more.
 */
export function steadySurplusUsdPerHour(burst: OfferingBurst, mode: CreditMode, cpuPercent: number): number {
  if (mode === 'standard') return 0;
  const above = Math.max(0, cpuPercent - burst.baselinePercentPerVcpu) / 100;
  return above * burst.vcpus * burst.surplusUsdPerVcpuHour;
}
