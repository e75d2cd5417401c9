import {
  afterUse,
  type CreditAccount,
  type CreditMode,
  NO_CREDITS,
  settled,
  surplusUsd,
} from './cpu-credits.ts';
import type { Lifecycle, OfferingBurst } from './offering.ts';

/** Linux instances are billed by the second, a minute at least (EC2 user guide, "On-Demand Instances"). */
export const MIN_BILLED_MS = 60_000;
const MS_PER_HOUR = 3_600_000;
/** Hours of an average month, as AWS turns monthly prices into hourly ones. */
const HOURS_PER_MONTH = 730;

/** What a policy says of the bill beside prices; `cost` of a policy is one. */
export interface BillTerms {
  readonly diskGiB: number;
  readonly diskUsdPerGiBMonth: number;
  readonly cpuCredits: { readonly onDemand: CreditMode; readonly spot: CreditMode };
}

/** A sum of money in its parts. */
export interface BillParts {
  /** Instance hours at their prices: list price, or the spot price of the time. */
  readonly listUsd: number;
  /** Root volumes, of stopped machines too. */
  readonly diskUsd: number;
  /** CPU beyond the credits of burstable machines in unlimited mode. */
  readonly surplusUsd: number;
}

/** One machine's bill up to now. */
export interface InstanceBill extends Omit<BillParts, 'surplusUsd'> {
  readonly ranMs: number;
  readonly credits: CreditAccount;
}

export const NOTHING_BILLED: InstanceBill = { listUsd: 0, diskUsd: 0, ranMs: 0, credits: NO_CREDITS };

/** What a machine is and does for a while. */
export interface BilledTime {
  readonly ms: number;
  /** A stopped machine costs its disk alone. */
  readonly isStopped: boolean;
  readonly priceUsdPerHour: number;
  readonly diskUsdPerHour: number;
  /** Present on types that earn CPU credits. */
  readonly burst?: OfferingBurst | undefined;
  readonly creditMode: CreditMode;
  /** CPU that it used, in vCPUs. */
  readonly usedVcpus: number;
}

/** The bill after that time. A start is billed for `MIN_BILLED_MS` at least: whoever knows the times sees to it. */
export function afterTime(bill: InstanceBill, time: BilledTime): InstanceBill {
  const hours = time.ms / MS_PER_HOUR;
  const diskUsd = bill.diskUsd + hours * time.diskUsdPerHour;
  if (time.isStopped) return { ...bill, diskUsd };
  const { burst, creditMode: mode, usedVcpus: vcpus } = time;
  return {
    listUsd: bill.listUsd + hours * time.priceUsdPerHour,
    diskUsd,
    ranMs: bill.ranMs + time.ms,
    credits: burst === undefined ? bill.credits : afterUse(bill.credits, { burst, mode, vcpus, hours }),
  };
}

/** The bill of a machine that stops or ends now: credits that it spent ahead are charged. */
export function atEnd(bill: InstanceBill): InstanceBill {
  return { ...bill, credits: settled(bill.credits) };
}

/** The bill in USD, credits spent ahead taken as owed. */
export function billParts({ listUsd, diskUsd, credits }: InstanceBill, burst?: OfferingBurst): BillParts {
  return { listUsd, diskUsd, surplusUsd: burst === undefined ? 0 : surplusUsd(credits, burst) };
}

/** What an hour of one machine's root volume costs, whether the machine runs or not. */
export function diskUsdPerHourOf({
  diskGiB,
  diskUsdPerGiBMonth,
}: Pick<BillTerms, 'diskGiB' | 'diskUsdPerGiBMonth'>): number {
  return (diskGiB * diskUsdPerGiBMonth) / HOURS_PER_MONTH;
}

/** The credit mode in which machines of this lifecycle are launched. */
export function creditModeOf(
  { cpuCredits }: Pick<BillTerms, 'cpuCredits'>,
  lifecycle: Lifecycle,
): CreditMode {
  return lifecycle === 'spot' ? cpuCredits.spot : cpuCredits.onDemand;
}
