/** Something that can be bought, in numbers. */
export interface Offer {
  readonly priceUsdPerHour: number;
  /** What pods may use of it, by axis. */
  readonly capacity: Float64Array;
}

/** No row is large enough. */
export const NO_ROW = -1;

/**
 * Offers by ascending price, without dominated ones. What a node must cost is the price of the first row that holds its load; as
 * its load grows the row only moves on, so that searches go on from where it is.
 */
export class OfferTable {
  readonly rows: number;
  readonly prices: Float64Array;
  /** Indexes of the offers, by row. */
  readonly offers: Int32Array;
  readonly #dimensions: number;
  readonly #capacities: Float64Array;

  constructor(offers: readonly Offer[], among: readonly number[], dimensions: number) {
    const best = undominated(offers, among);
    this.rows = best.length;
    this.offers = Int32Array.from(best);
    this.prices = Float64Array.from(best, (index) => offers[index]?.priceUsdPerHour ?? Number.NaN);
    this.#dimensions = dimensions;
    this.#capacities = new Float64Array(best.length * dimensions);
    best.forEach((index, row) => this.#capacities.set(offers[index]?.capacity ?? [], row * dimensions));
  }

  /** What the first row has, by axis. */
  get firstRow(): Float64Array {
    return this.#capacities.length === this.#dimensions
      ? this.#capacities
      : this.#capacities.slice(0, this.#dimensions);
  }

  price(row: number): number {
    return this.prices[row] as number;
  }

  /** Price difference to the next more expensive row. */
  growth(row: number): number {
    return row + 1 < this.rows ? this.price(row + 1) - this.price(row) : Number.POSITIVE_INFINITY;
  }

  capacity(row: number, dimension: number): number {
    return this.#capacities[row * this.#dimensions + dimension] as number;
  }

  /**
   * The first row from `from` on that holds `need` beside the load. A sum of nothing is not looked at: the scheduler puts a
   * pod that asks for no memory on a node that has less than none left.
   */
  rowFor(need: Float64Array, load: Float64Array, from: number): number {
    for (let row = from; row < this.rows; row += 1) {
      if (this.#holds(row * this.#dimensions, need, load)) return row;
    }
    return NO_ROW;
  }

  /** The row with the lowest price per pod, for up to the given number of equal pods; the largest among equals. */
  rowForMany(need: Float64Array, pods: number): number {
    if (pods === 1) return this.#rowForOne(need);
    let best = NO_ROW;
    let min = Number.POSITIVE_INFINITY;
    for (let row = 0; row < this.rows; row += 1) {
      const held = Math.min(pods, this.#held(row, need));
      if (held < 1 || this.price(row) / held > min) continue;
      best = row;
      min = this.price(row) / held;
    }
    return best;
  }

  #rowForOne(need: Float64Array): number {
    for (let row = 0; row < this.rows; row += 1) if (this.#held(row, need) >= 1) return row;
    return NO_ROW;
  }

  #held(row: number, need: Float64Array): number {
    let held = Number.POSITIVE_INFINITY;
    for (let dimension = 0; dimension < this.#dimensions; dimension += 1) {
      const wanted = need[dimension] as number;
      if (wanted > 0) held = Math.min(held, Math.floor(this.capacity(row, dimension) / wanted));
    }
    return held;
  }

  #holds(base: number, need: Float64Array, load: Float64Array): boolean {
    for (let dimension = 0; dimension < this.#dimensions; dimension += 1) {
      const total = (need[dimension] as number) + (load[dimension] as number);
      if (total > 0 && total > (this.#capacities[base + dimension] as number)) return false;
    }
    return true;
  }
}

function undominated(offers: readonly Offer[], among: readonly number[]): readonly number[] {
  const sorted = among.flatMap((index) => {
    const offer = offers[index];
    return offer === undefined ? [] : [{ index, offer }];
  });
  sorted.sort(
    (a, b) =>
      a.offer.priceUsdPerHour - b.offer.priceUsdPerHour ||
      differenceOf(b.offer, a.offer) ||
      a.index - b.index,
  );
  const kept: number[] = [];
  const largest = new Float64Array(sorted[0]?.offer.capacity.length ?? 0).fill(Number.NEGATIVE_INFINITY);
  for (const { index, offer } of sorted) {
    // What is larger than all before in any way needs no comparison with each of them.
    if (holdsAll(largest, offer.capacity) && isDominated(offer, kept, offers)) continue;
    kept.push(index);
    offer.capacity.forEach((amount, dimension) => {
      largest[dimension] = Math.max(largest[dimension] ?? amount, amount);
    });
  }
  return kept;
}

function isDominated({ capacity }: Offer, kept: readonly number[], offers: readonly Offer[]): boolean {
  return kept.findLast((index) => holdsAll(offers[index]?.capacity ?? capacity, capacity)) !== undefined;
}

function differenceOf(a: Offer, b: Offer): number {
  for (let dimension = 0; dimension < a.capacity.length; dimension += 1) {
    const more = (a.capacity[dimension] ?? 0) - (b.capacity[dimension] ?? 0);
    if (more !== 0) return more;
  }
  return 0;
}

function holdsAll(larger: Float64Array, smaller: Float64Array): boolean {
  return smaller.every((amount, dimension) => amount <= (larger[dimension] ?? 0));
}
