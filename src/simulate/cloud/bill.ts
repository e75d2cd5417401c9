import { baselineVcpus, type CreditMode, isThrottled } from '../../model/cpu-credits.ts';
import {
  afterTime,
  atEnd,
  type BillParts,
  billParts,
  type BillTerms,
  creditModeOf,
  diskUsdPerHourOf,
  type InstanceBill,
  MIN_BILLED_MS,
  NOTHING_BILLED,
} from '../../model/instance-bill.ts';
import type { Offering, OfferingBurst } from '../../model/offering.ts';

const MS_PER_HOUR = 3_600_000;

interface Meter {
  readonly startedAtMs: number;
  readonly isStopped: boolean;
  readonly burst: OfferingBurst | undefined;
  readonly creditMode: CreditMode;
  readonly diskUsdPerHour: number;
  readMs: number;
  priceUsdPerHour: number;
  usedVcpus: number;
  bill: InstanceBill;
}

/** What a machine is bought as. */
export type BilledOffering = Pick<Offering, 'lifecycle' | 'priceUsdPerHour' | 'burst'>;

/** The fleet's whole bill. */
export interface FleetBill extends BillParts {
  /** The sum of the parts. */
  readonly realUsd: number;
  /** Hours that instances ran, all together. */
  readonly nodeHours: number;
}

/**
 * What the fleet cost so far, machine by machine. Spot is charged at the price of its time, on-demand at the list price; disks and CPU
 * beyond the credits come on top.
 */
export class Bill {
  readonly #clock: { monotonicMs(): number };
  readonly #terms: () => BillTerms;
  readonly #meters = new Map<string, Meter>();
  #ended: FleetBill = { listUsd: 0, diskUsd: 0, surplusUsd: 0, realUsd: 0, nodeHours: 0 };

  /** `terms` are those of the moment: a machine keeps the credit mode and the disk that it was launched with. */
  constructor(clock: { monotonicMs(): number }, terms: () => BillTerms) {
    this.#clock = clock;
    this.#terms = terms;
  }

  start(instanceId: string, { lifecycle, priceUsdPerHour = 0, burst }: BilledOffering): void {
    const terms = this.#terms();
    const before = this.#meters.get(instanceId);
    const bill = before === undefined ? NOTHING_BILLED : this.#read(before);
    const nowMs = this.#clock.monotonicMs();
    this.#meters.set(instanceId, {
      startedAtMs: nowMs,
      readMs: nowMs,
      isStopped: false,
      burst,
      priceUsdPerHour,
      creditMode: before?.creditMode ?? creditModeOf(terms, lifecycle),
      diskUsdPerHour: before?.diskUsdPerHour ?? diskUsdPerHourOf(terms),
      usedVcpus: 0,
      bill,
    });
  }

  /** The instance stops, and its disk stays; so do the credits that it earned. */
  keepDisk(instanceId: string): void {
    const meter = this.#meters.get(instanceId);
    if (meter === undefined) return;
    const bill = this.#readToEnd(meter);
    const startedAtMs = meter.readMs;
    this.#meters.set(instanceId, { ...meter, startedAtMs, isStopped: true, usedVcpus: 0, bill });
  }

  /** The instance's price changed; what ran before is charged at the old one. */
  reprice(instanceId: string, priceUsdPerHour: number): void {
    const meter = this.#meters.get(instanceId);
    if (meter === undefined) return;
    this.#read(meter);
    meter.priceUsdPerHour = priceUsdPerHour;
  }

  /** The instance uses so many vCPUs from now on. */
  useCpu(instanceId: string, usedVcpus: number): void {
    const meter = this.#meters.get(instanceId);
    if (meter === undefined) return;
    this.#read(meter);
    meter.usedVcpus = usedVcpus;
  }

  /** The most vCPUs that the instance gets now; `undefined`: all it has. */
  cpuLimitVcpus(instanceId: string): number | undefined {
    const meter = this.#meters.get(instanceId);
    if (meter?.burst === undefined || !isThrottled(meter.bill.credits, meter.creditMode)) return undefined;
    return baselineVcpus(meter.burst);
  }

  stop(instanceId: string): void {
    const meter = this.#meters.get(instanceId);
    if (meter === undefined) return;
    meter.bill = this.#readToEnd(meter);
    this.#ended = plus(this.#ended, meter);
    this.#meters.delete(instanceId);
  }

  /** The bill of now, machines that run included: what they spent ahead is taken as owed. */
  now(): FleetBill {
    let sum = this.#ended;
    for (const meter of this.#meters.values()) {
      this.#read(meter);
      sum = plus(sum, meter);
    }
    return sum;
  }

  #readToEnd(meter: Meter): InstanceBill {
    if (meter.isStopped) return this.#read(meter);
    const leastMs = meter.startedAtMs + MIN_BILLED_MS;
    return atEnd(this.#read(meter, Math.max(this.#clock.monotonicMs(), leastMs)));
  }

  #read(meter: Meter, untilMs = this.#clock.monotonicMs()): InstanceBill {
    meter.bill = afterTime(meter.bill, { ...meter, ms: Math.max(0, untilMs - meter.readMs) });
    meter.readMs = Math.max(meter.readMs, untilMs);
    return meter.bill;
  }
}

function plus(sum: FleetBill, { bill, burst }: Meter): FleetBill {
  const { listUsd, diskUsd, surplusUsd } = billParts(bill, burst);
  return {
    listUsd: sum.listUsd + listUsd,
    diskUsd: sum.diskUsd + diskUsd,
    surplusUsd: sum.surplusUsd + surplusUsd,
    realUsd: sum.realUsd + listUsd + diskUsd + surplusUsd,
    nodeHours: sum.nodeHours + bill.ranMs / MS_PER_HOUR,
  };
}
