import type { Lifecycle } from '../../model/offering.ts';

/** Linux instances are billed by the second, a minute at least (facts: EC2 43). */
const MIN_BILLED_MS = 60_000;
const MS_PER_HOUR = 3_600_000;
/** A stopped machine is charged for its disk alone: 20 GiB of gp3 at 0.096 USD a month, by the hour (facts: EC2 43). */
const DISK_USD_PER_HOUR = (20 * 0.096) / 730;

interface Meter {
  readonly startedAtMs: number;
  readonly lifecycle: Lifecycle;
  readonly isStopped: boolean;
  readMs: number;
  priceUsdPerHour: number;
}

/** What the fleet cost so far. Spot is charged at the price of its time, on-demand at the list price. */
export class Bill {
  readonly #clock: { monotonicMs(): number };
  readonly #meters = new Map<string, Meter>();
  #usd = 0;
  #nodeMs = 0;

  constructor(clock: { monotonicMs(): number }) {
    this.#clock = clock;
  }

  start(instanceId: string, lifecycle: Lifecycle, priceUsdPerHour: number): void {
    this.stop(instanceId);
    this.#begin(instanceId, { lifecycle, priceUsdPerHour, isStopped: false });
  }

  /** The instance stops, and its disk stays. */
  keepDisk(instanceId: string): void {
    const { lifecycle } = this.#meters.get(instanceId) ?? { lifecycle: 'on-demand' };
    this.stop(instanceId);
    this.#begin(instanceId, { lifecycle, priceUsdPerHour: DISK_USD_PER_HOUR, isStopped: true });
  }

  /** The instance's price changed; what ran before is charged at the old one. */
  reprice(instanceId: string, priceUsdPerHour: number): void {
    const meter = this.#meters.get(instanceId);
    if (meter === undefined) return;
    this.#read(meter, this.#clock.monotonicMs());
    meter.priceUsdPerHour = priceUsdPerHour;
  }

  stop(instanceId: string): void {
    const meter = this.#meters.get(instanceId);
    if (meter === undefined) return;
    const leastMs = meter.isStopped ? 0 : MIN_BILLED_MS;
    this.#read(meter, Math.max(this.#clock.monotonicMs(), meter.startedAtMs + leastMs));
    this.#meters.delete(instanceId);
  }

  costUsd(): number {
    for (const meter of this.#meters.values()) this.#read(meter, this.#clock.monotonicMs());
    return this.#usd;
  }

  #begin(instanceId: string, parts: Pick<Meter, 'lifecycle' | 'priceUsdPerHour' | 'isStopped'>): void {
    const nowMs = this.#clock.monotonicMs();
    this.#meters.set(instanceId, { startedAtMs: nowMs, readMs: nowMs, ...parts });
  }

  /** Hours that instances ran, all together. */
  nodeHours(): number {
    for (const meter of this.#meters.values()) this.#read(meter, this.#clock.monotonicMs());
    return this.#nodeMs / MS_PER_HOUR;
  }

  #read(meter: Meter, untilMs: number): void {
    const ms = untilMs - meter.readMs;
    this.#usd += (ms / MS_PER_HOUR) * meter.priceUsdPerHour;
    if (!meter.isStopped) this.#nodeMs += ms;
    meter.readMs = untilMs;
  }
}
