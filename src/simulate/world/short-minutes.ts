import type { LoadReading } from '../load/web-load.ts';

const MS_PER_MINUTE = 60_000;
/** Less than this share of the load unserved is noise of the shares among pods. */
const MAX_SHORTFALL_SHARE = 0.01;

/** Counts the minutes in which capacity was short: a pod had no node, or the pods could not give what was asked of them. */
export class ShortMinutes {
  #lastMinute = -1;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(monotonicMs: number, reading: LoadReading, unschedulablePods: number): void {
    const isShort =
      unschedulablePods > 0 || reading.servedMillis < reading.demandMillis * (1 - MAX_SHORTFALL_SHARE);
    const minute = Math.floor(monotonicMs / MS_PER_MINUTE);
    if (!isShort || minute === this.#lastMinute) return;
    this.#lastMinute = minute;
    this.#count += 1;
  }
}
