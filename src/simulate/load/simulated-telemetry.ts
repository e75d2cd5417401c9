import type { Sample, Signal, Utilization } from '../../model/signal.ts';
import { unknownSignal, unknownUtilization } from '../../model/signal.ts';
import type { Telemetry, TelemetryQuery } from '../../ports.ts';
import type { NodeReading } from './node-reading.ts';
import { RateWindow } from './rate-window.ts';

interface Scrape {
  readonly atMs: number;
  readonly readings: ReadonlyMap<string, NodeReading>;
}

/** Scrapes that are kept: two hours at 15 seconds, longer than any window that a policy looks back in practice. */
const KEPT = 480;
/** A signal whose newest scrape is older than this many steps is stale, hence unknown. */
const STALE_STEPS = 4;

type Measure = 'cpuPercent' | 'memoryPercent' | 'networkBytesPerSecond';

/** The workers' mean (their sum, for bytes) at every scrape, as long as the same workers are asked for. */
interface Series extends Readonly<Record<Measure, Sample[]>> {
  readonly nodeNames: readonly string[];
  /** The first scrape that is not in it. */
  next: number;
}

/** Prometheus in memory: the scrapes of the last hours; can be switched off, and then misses those of the meantime. */
export class SimulatedTelemetry implements Telemetry {
  readonly #clock: { now(): number; monotonicMs(): number };
  readonly #window: RateWindow | undefined;
  #scrapes: Scrape[] = [];
  #offUntilMs = 0;
  readonly #outages: { readonly fromMs: number; readonly untilMs: number }[] = [];
  #memo: Series | undefined;

  /** With `hasRateWindow`, what is shown are rates over two minutes. */
  constructor(clock: { now(): number; monotonicMs(): number }, hasRateWindow = false) {
    if (hasRateWindow) this.#window = new RateWindow();
    this.#clock = clock;
  }

  /** Neither scrapes nor answers for `ms`. */
  switchOff(forMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    const fromMs = this.isOff ? (this.#outages.pop()?.fromMs ?? nowMs) : nowMs;
    this.#offUntilMs = nowMs + forMs;
    this.#outages.push({ fromMs, untilMs: this.#offUntilMs });
  }

  /** For how long it had been off at a time (of the monotonic clock); 0 when it was on. */
  offForMs(atMs: number): number {
    const outage = this.#outages.findLast(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
    return outage === undefined ? 0 : atMs - outage.fromMs;
  }

  /** The nodes' mean CPU load at the last scrape before a time (of the monotonic clock); `undefined` when there was none for a minute. */
  cpuPercentAt(atMs: number): number | undefined {
    const wallMs = this.#clock.now() - this.#clock.monotonicMs() + atMs;
    const scrape = this.#scrapes.findLast((one) => one.atMs <= wallMs);
    if (scrape === undefined || wallMs - scrape.atMs > 60_000) return undefined;
    return meanCpuPercent(scrape);
  }

  get isOff(): boolean {
    return this.#clock.monotonicMs() < this.#offUntilMs;
  }

  record(readings: ReadonlyMap<string, NodeReading>): void {
    if (this.isOff) return;
    const shown = this.#window?.next(readings) ?? readings;
    this.#scrapes.push({ atMs: this.#clock.now(), readings: shown });
    if (this.#scrapes.length < 2 * KEPT) return;
    this.#scrapes = this.#scrapes.slice(-KEPT);
    this.#memo = undefined;
  }

  async utilization(query: TelemetryQuery): Promise<Utilization> {
    const latest = this.#scrapes.at(-1);
    const why = this.#whyUnknown(query, latest);
    if (why !== undefined || latest === undefined)
      return unknownUtilization(why ?? 'nothing was scraped yet');
    const series = this.#series(query.nodeNames);
    const nodeCpuPercent = cpuByNode(query.nodeNames, latest);
    const coverage = Object.keys(nodeCpuPercent).length / query.nodeNames.length;
    const fromMs = this.#clock.now() - query.windowMs;
    const signal = (samples: readonly Sample[]): Signal =>
      coverage === 0
        ? unknownSignal('no ready worker was scraped')
        : {
            status: 'known',
            samples: samples.slice(firstSince(samples, fromMs)),
            stepMs: query.stepMs,
            coverage,
          };
    return {
      cpuPercent: signal(series.cpuPercent),
      memoryPercent: signal(series.memoryPercent),
      networkBytesPerSecond: signal(series.networkBytesPerSecond),
      diskBytesPerSecond: unknownSignal('simulated nodes report no disk I/O'),
      nodeCpuPercent,
    };
  }

  #whyUnknown(query: TelemetryQuery, latest: Scrape | undefined): string | undefined {
    if (this.isOff) return 'Prometheus does not answer';
    if (query.nodeNames.length === 0) return 'there are no ready workers';
    if (latest === undefined) return 'nothing was scraped yet';
    const ageMs = this.#clock.now() - latest.atMs;
    return ageMs > STALE_STEPS * query.stepMs ? `the newest sample is ${ageMs / 1_000} s old` : undefined;
  }

  #series(nodeNames: readonly string[]): Series {
    const isSame = this.#memo !== undefined && isEqual(this.#memo.nodeNames, nodeNames);
    const series = isSame && this.#memo !== undefined ? this.#memo : emptySeries(nodeNames);
    this.#memo = series;
    for (; series.next < this.#scrapes.length; series.next += 1) {
      const scrape = this.#scrapes[series.next];
      if (scrape !== undefined) addScrape(series, scrape);
    }
    return series;
  }
}

function emptySeries(nodeNames: readonly string[]): Series {
  return { nodeNames, next: 0, cpuPercent: [], memoryPercent: [], networkBytesPerSecond: [] };
}

function addScrape({ nodeNames, ...samples }: Series, { atMs, readings }: Scrape): void {
  let [cpu, memory, network, count] = [0, 0, 0, 0];
  for (const name of nodeNames) {
    const reading = readings.get(name);
    if (reading === undefined) continue;
    cpu += reading.cpuPercent;
    memory += reading.memoryPercent;
    network += reading.networkBytesPerSecond;
    count += 1;
  }
  if (count === 0) return;
  samples.cpuPercent.push({ atMs, value: cpu / count });
  samples.memoryPercent.push({ atMs, value: memory / count });
  samples.networkBytesPerSecond.push({ atMs, value: network });
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

/** The index of the first sample that is not older; they are in the order of time. */
function firstSince(samples: readonly Sample[], fromMs: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.atMs ?? 0) >= fromMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

function cpuByNode(nodeNames: readonly string[], latest: Scrape): Readonly<Record<string, number>> {
  const known: Record<string, number> = {};
  for (const name of nodeNames) {
    const reading = latest.readings.get(name);
    if (reading !== undefined) known[name] = reading.cpuPercent;
  }
  return known;
}

function meanCpuPercent({ readings }: Scrape): number | undefined {
  let sum = 0;
  for (const { cpuPercent } of readings.values()) sum += cpuPercent;
  return readings.size === 0 ? undefined : sum / readings.size;
}
