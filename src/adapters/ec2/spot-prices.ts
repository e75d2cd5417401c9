import { type _InstanceType, paginateDescribeSpotPriceHistory, type SpotPrice } from '@aws-sdk/client-ec2';
import type { Clock } from '../../ports.ts';
import type { Ec2Api } from './ec2-api.ts';

/** Spot prices move a few times a day. */
const REFRESH_MS = 300_000;
/** After a failure; prices are wanted, but deciding does not wait for them. */
const RETRY_MS = 60_000;
/** An older price is unknown again. */
const EXPIRY_MS = 3_600_000;

/** One question to EC2. */
interface Refresh {
  readonly types: ReadonlySet<string>;
  readonly atMs: number;
  readonly done: Promise<void>;
  isOver: boolean;
}

/**
 * What spot costs now, by type and zone: the newest row of EC2's price history, asked again every five minutes. When EC2
 * cannot be asked, prices are kept for an hour and then unknown; nothing here ever throws.
 */
export class SpotPrices {
  readonly #api: Ec2Api;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  #prices: ReadonlyMap<string, number> = new Map();
  /** The types that the prices are an answer about. */
  #pricedTypes: ReadonlySet<string> = new Set();
  #pricedAtMs = Number.NEGATIVE_INFINITY;
  /** The refresh that was begun last; an answer to an earlier one does not replace its answer. */
  #begun: Refresh | undefined;

  constructor(api: Ec2Api, clock: Clock, warn: (message: string) => void) {
    this.#api = api;
    this.#clock = clock;
    this.#warn = warn;
  }

  /** USD per hour, or `undefined` when not known. */
  of(type: string, zone: string): number | undefined {
    if (this.#clock.monotonicMs() - this.#pricedAtMs > EXPIRY_MS) return undefined;
    return this.#prices.get(`${type}/${zone}`);
  }

  /**
   * Sees to it that the types are priced. Waits for EC2 only until the first question about a type is answered; otherwise it
   * refreshes behind the caller's back, so that no decision waits.
   */
  prepare(types: readonly string[], signal: AbortSignal): Promise<void> {
    const begun = this.#begun;
    const isNew = types.some((type) => !this.#pricedTypes.has(type));
    if (isNew && !types.every((type) => begun?.types.has(type))) return this.#begin(types, signal).done;
    if (begun?.isOver === false) return isNew ? begun.done : Promise.resolve();
    const nowMs = this.#clock.monotonicMs();
    const isDue = isNew || nowMs - this.#pricedAtMs >= REFRESH_MS;
    const isRested = begun === undefined || nowMs - begun.atMs >= RETRY_MS;
    if (isDue && isRested) this.#begin(types, new AbortController().signal);
    return Promise.resolve();
  }

  #begin(types: readonly string[], signal: AbortSignal): Refresh {
    const done = Promise.withResolvers<void>();
    const refresh: Refresh = {
      types: new Set(types),
      atMs: this.#clock.monotonicMs(),
      done: done.promise,
      isOver: false,
    };
    this.#begun = refresh;
    void this.#refresh(refresh, signal).finally(done.resolve);
    return refresh;
  }

  async #refresh(refresh: Refresh, signal: AbortSignal): Promise<void> {
    try {
      const rows = await this.#history([...refresh.types], signal);
      if (this.#begun === refresh) this.#take(rows, refresh.types);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#warn(`spot prices are unknown for now: ${why}`);
    } finally {
      refresh.isOver = true;
    }
  }

  #take(rows: readonly SpotPrice[], types: ReadonlySet<string>): void {
    this.#prices = newestPrices(rows);
    this.#pricedTypes = types;
    this.#pricedAtMs = this.#clock.monotonicMs();
  }

  async #history(types: readonly string[], signal: AbortSignal): Promise<readonly SpotPrice[]> {
    return this.#api.read('reading spot prices', signal, async (client, abortSignal) => {
      const rows: SpotPrice[] = [];
      const query = {
        // EC2 takes any name here; its own list of types in the SDK is older than its newest types.
        InstanceTypes: [...types] as _InstanceType[],
        ProductDescriptions: ['Linux/UNIX'],
        // From now on: the rows that are valid now, instead of 90 days of history.
        StartTime: new Date(this.#clock.now()),
      };
      for await (const page of paginateDescribeSpotPriceHistory({ client, pageSize: 1_000 }, query, {
        abortSignal,
      })) {
        rows.push(...(page.SpotPriceHistory ?? []));
      }
      return rows;
    });
  }
}

/** The newest price of each `type/zone`; rows without a usable price or time are left out. */
export function newestPrices(rows: readonly SpotPrice[]): ReadonlyMap<string, number> {
  const newest = new Map<string, { readonly price: number; readonly atMs: number }>();
  for (const row of rows) {
    const price = Number(row.SpotPrice ?? Number.NaN);
    const atMs = row.Timestamp?.getTime() ?? Number.NaN;
    if (!(price > 0) || !Number.isFinite(atMs)) continue;
    const key = `${row.InstanceType}/${row.AvailabilityZone}`;
    const known = newest.get(key);
    if (known === undefined || atMs > known.atMs) newest.set(key, { price, atMs });
  }
  return new Map([...newest].map(([key, { price }]) => [key, price]));
}
