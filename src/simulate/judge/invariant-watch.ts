import type { EventLog } from '../base/event-log.ts';
import { whatHappened } from '../story/tell-story.ts';
import { INVARIANTS, type Invariant } from './invariants.ts';
import { triesAgain } from './invariants/rest.ts';
import type { WorldSight, WorldWrite } from './world-sight.ts';

/** A law that a run broke; the same seed breaks it again at the same time. */
export interface Violation {
  readonly seed: number;
  readonly invariant: number;
  /** Virtual milliseconds since the world began. */
  readonly atMs: number;
  /** What is wrong. */
  readonly fact: string;
  /** The fact, and what led there. */
  readonly story: string;
}

/** Events in which a story is looked for, and violations that are kept of one run. */
const STORY_EVENTS = 1_000;
const MOST_KEPT = 20;

/** Checks every invariant where it applies and keeps what was broken, each fact once. */
export class InvariantWatch {
  readonly violations: Violation[] = [];
  readonly #seed: number;
  readonly #log: EventLog;
  readonly #clock: { monotonicMs(): number };
  readonly #told = new Set<string>();
  /** Since when each finding that may last for a while lasts. */
  #lastingSinceMs: ReadonlyMap<string, number> = new Map();
  #isStill = false;

  constructor(parts: { seed: number; log: EventLog; clock: { monotonicMs(): number } }) {
    this.#seed = parts.seed;
    this.#log = parts.log;
    this.#clock = parts.clock;
  }

  write(write: WorldWrite, sight: WorldSight): void {
    const isBeginning = write.kind === 'launch' || write.kind === 'start' || write.kind === 'cordon';
    if (this.#isStill && isBeginning && !triesAgain(write, sight)) {
      this.#note(10, `a ${write.kind} though nothing has changed for long`);
    }
    for (const { number, atWrite } of INVARIANTS) this.#note(number, atWrite?.(write, sight));
  }

  look(sight: WorldSight): void {
    const lasting = new Map<string, number>();
    for (const invariant of INVARIANTS) {
      this.#note(invariant.number, invariant.atLook?.(sight));
      this.#endure(invariant, sight, lasting);
    }
    this.#lastingSinceMs = lasting;
  }

  /** From now on nothing that begins is right: the world has been left alone for long. */
  expectStillness(): void {
    this.#isStill = true;
  }

  /** The world has been left alone for long. */
  rest(sight: WorldSight): void {
    for (const { number, atRest } of INVARIANTS) this.#note(number, atRest?.(sight));
  }

  /** Adds what lasts still, with its beginning, to `lasting`. */
  #endure({ number, lasting: law }: Invariant, sight: WorldSight, lasting: Map<string, number>): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [subject, fact] of law?.findings(sight) ?? []) {
      const key = `${number} ${subject}`;
      const sinceMs = this.#lastingSinceMs.get(key) ?? nowMs;
      lasting.set(key, sinceMs);
      if (law !== undefined && nowMs - sinceMs > law.atMostMs) this.#note(number, fact);
    }
  }

  #note(invariant: number, fact: string | undefined): void {
    if (fact === undefined || this.violations.length >= MOST_KEPT) return;
    const key = `${invariant} ${fact}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const story = [fact, ...whatHappened(this.#log.recent(STORY_EVENTS), fact)].join('\n');
    const atMs = Math.round(this.#clock.monotonicMs());
    this.violations.push({ seed: this.#seed, invariant, atMs, fact, story });
    this.#log.add('violation', { invariant, fact });
  }
}
