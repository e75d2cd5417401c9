import type { NodeReading } from './node-reading.ts';

/** Prometheus' `rate(…[2m])` over scrapes each 15 s. */
const WINDOW_SCRAPES = 8;

/**
 * What rates over two minutes show of each node: the mean of its scrapes in the window, and nothing before its second one. Memory is a
 * gauge and shows as it was scraped. All of it a scrape late.
 */
export class RateWindow {
  readonly #scrapes = new Map<string, NodeReading[]>();
  #shown: ReadonlyMap<string, NodeReading> = new Map();

  /** Takes the readings of a scrape, and returns what is shown meanwhile. */
  next(readings: ReadonlyMap<string, NodeReading>): ReadonlyMap<string, NodeReading> {
    const before = this.#shown;
    const shown = new Map<string, NodeReading>();
    for (const node of this.#scrapes.keys()) if (!readings.has(node)) this.#scrapes.delete(node);
    for (const [node, reading] of readings) {
      const scrapes = this.#scrapes.get(node) ?? [];
      scrapes.push(reading);
      if (scrapes.length > WINDOW_SCRAPES) scrapes.shift();
      this.#scrapes.set(node, scrapes);
      if (scrapes.length > 1) shown.set(node, overWindow(scrapes, reading));
    }
    this.#shown = shown;
    return before;
  }
}

function overWindow(scrapes: readonly NodeReading[], { memoryPercent }: NodeReading): NodeReading {
  let cpuPercent = 0;
  let networkBytesPerSecond = 0;
  for (const scrape of scrapes) {
    cpuPercent += scrape.cpuPercent / scrapes.length;
    networkBytesPerSecond += scrape.networkBytesPerSecond / scrapes.length;
  }
  return { cpuPercent, networkBytesPerSecond, memoryPercent };
}
