import type { EventLog } from '../base/event-log.ts';
import { INVARIANTS, type Invariant, JUDGED } from './invariants.ts';
import { violationOfNoRetry } from './invariants/steady-state.ts';
import { emptyMemory } from './memory.ts';
import type { ObservedWorld, WorldWrite } from './observed-world.ts';
import type { Violation } from './violation.ts';
import { whatHappened } from './what-happened.ts';

/** Events in which a story is looked for, and violations that are kept of one run, of all invariants and of each. */
const STORY_EVENTS = 1_000;
const MAX_KEPT = 20;
const MAX_KEPT_OF_EACH = 4;

/** Checks every invariant where it applies and keeps what was broken, each fact once. */
export class InvariantWatch {
  readonly violations: Violation[] = [];
  readonly #seed: number;
  readonly #log: EventLog;
  readonly #clock: { monotonicMs(): number };
  readonly #invariants: readonly Invariant[];
  readonly #memory = emptyMemory();
  readonly #reported = new Set<string>();
  /** Since when each finding that may last for a while lasts. */
  #lastingSinceMs: ReadonlyMap<string, number> = new Map();
  #isSteady = false;

  constructor(parts: {
    readonly seed: number;
    readonly log: EventLog;
    readonly clock: { monotonicMs(): number };
    /** By their numbers, the invariants that are judged. @default JUDGED */
    readonly judged?: ReadonlySet<number>;
  }) {
    const { judged = JUDGED } = parts;
    this.#invariants = INVARIANTS.filter(({ number }) => judged.has(number));
    this.#seed = parts.seed;
    this.#log = parts.log;
    this.#clock = parts.clock;
  }

  write(write: WorldWrite, observed: ObservedWorld): void {
    const isBeginning = write.kind === 'launch' || write.kind === 'start' || write.kind === 'cordon';
    if (this.#isSteady && isBeginning && !violationOfNoRetry(write, observed)) {
      this.#note(10, `a ${write.kind} though nothing has changed for long`);
    }
    this.#memory.history.note(write, observed);
    for (const { number, atWrite } of this.#invariants)
      this.#note(number, atWrite?.(write, observed, this.#memory));
  }

  check(observed: ObservedWorld): void {
    const lasting = new Map<string, number>();
    this.#memory.history.sample(observed);
    for (const invariant of this.#invariants) {
      this.#note(invariant.number, invariant.atCheck?.(observed, this.#memory));
      this.#checkLasting(invariant, observed, lasting);
    }
    this.#lastingSinceMs = lasting;
  }

  /** From now on nothing that begins is right: the world has been left alone for long. */
  expectSteadyState(): void {
    this.#isSteady = true;
  }

  /** The world has been left alone for long. */
  checkSteadyState(observed: ObservedWorld): void {
    for (const { number, atSteadyState: violation } of this.#invariants)
      this.#note(number, violation?.(observed));
  }

  /** The run is over: what can be said of it as a whole is judged. */
  checkEnd(observed: ObservedWorld): void {
    for (const { number, atEnd } of this.#invariants) this.#note(number, atEnd?.(observed, this.#memory));
  }

  /** Adds what lasts still, with its beginning, to `lasting`. */
  #checkLasting(
    { number, lasting: law }: Invariant,
    observed: ObservedWorld,
    lasting: Map<string, number>,
  ): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [subject, fact] of law?.findings(observed) ?? []) {
      const key = `${number} ${subject}`;
      const sinceMs = this.#lastingSinceMs.get(key) ?? nowMs;
      lasting.set(key, sinceMs);
      if (law !== undefined && nowMs - sinceMs > law.atMostMs) this.#note(number, fact);
    }
  }

  #note(invariant: number, fact: string | undefined): void {
    if (fact === undefined || this.violations.length >= MAX_KEPT) return;
    const key = `${invariant} ${fact}`;
    const ofThis = this.violations.filter((one) => one.invariant === invariant).length;
    if (this.#reported.has(key) || ofThis >= MAX_KEPT_OF_EACH) return;
    this.#reported.add(key);
    const story = [fact, ...whatHappened(this.#log.recent(STORY_EVENTS), fact)].join('\n');
    const atMs = Math.round(this.#clock.monotonicMs());
    this.violations.push({ seed: this.#seed, invariant, atMs, fact, story });
    this.#log.add('violation', { invariant, fact });
  }
}
