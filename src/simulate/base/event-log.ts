import { createHash, type Hash } from 'node:crypto';

/** One thing that happened in a simulated world; `facts` have no nesting, so that a line is canonical. */
export interface WorldEvent {
  /** Virtual milliseconds since the world began. */
  readonly atMs: number;
  readonly kind: string;
  readonly facts: EventFacts;
}

export type EventFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/** How many of the latest events are kept for stories and pages. */
const KEPT = 1_000;
/** So much text goes into the digest at once: a call for each line is dear. */
const MAX_PENDING = 16_384;

/** Everything that happened, as lines that go straight into a digest; only the latest are kept. */
export class EventLog {
  readonly #hash: Hash = createHash('sha256');
  readonly #clock: { monotonicMs(): number };
  #recent: WorldEvent[] = [];
  /** Lines that are not in the digest yet. */
  #pending = '';
  #count = 0;
  #listener: ((event: WorldEvent) => void) | undefined;

  constructor(clock: { monotonicMs(): number }) {
    this.#clock = clock;
  }

  add(kind: string, facts: EventFacts): void {
    const event = { atMs: this.#clock.monotonicMs(), kind, facts };
    this.#pending += `${eventLine(event)}\n`;
    if (this.#pending.length > MAX_PENDING) this.#flush();
    this.#count += 1;
    this.#recent.push(event);
    if (this.#recent.length >= 2 * KEPT) this.#recent = this.#recent.slice(-KEPT);
    this.#listener?.(event);
  }

  /** Also hands every further event to `listener`. */
  follow(listener: (event: WorldEvent) => void): void {
    this.#listener = listener;
  }

  get count(): number {
    return this.#count;
  }

  /** The latest events, oldest first. */
  recent(max: number): readonly WorldEvent[] {
    return this.#recent.slice(-Math.min(max, KEPT));
  }

  /** `sha256:` over all lines so far; the log may go on afterwards. */
  digest(): string {
    this.#flush();
    return `sha256:${this.#hash.copy().digest('hex')}`;
  }

  #flush(): void {
    this.#hash.update(this.#pending);
    this.#pending = '';
  }
}

/** The event as its canonical line: time, kind, then the facts in the order of their names. */
export function eventLine(event: WorldEvent): string {
  const facts = Object.entries(event.facts)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? quoted(value) : value}`);
  return `${Math.round(event.atMs)} ${event.kind}${facts.join('')}`;
}

function quoted(value: string): string {
  return /^[\w./:@-]*$/.test(value) ? value : JSON.stringify(value);
}
