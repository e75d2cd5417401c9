import type { WorldEvent } from '../base/event-log.ts';
import { type Strike, strikeName } from '../faults/strikes.ts';
import type { Violation } from '../judge/invariant-watch.ts';
import { leftAloneAtMs, plannedStrikes, runStrikes, type SimulationOptions } from '../run/run-simulation.ts';
import { leaveOut } from './leave-out.ts';

/** Worlds that are run at most to shorten one violation: a day with all faults takes seconds each. */
const MOST_WORLDS = 80;

/** A world of the same seed that breaks the same invariant with fewer strikes and in less time. */
export interface ShortRun {
  readonly hours: number;
  /** The strikes that it takes, in the order of time. */
  readonly strikes: readonly Strike[];
  /** How many strikes the whole run had planned. */
  readonly planned: number;
  /** As it happens in the short world. */
  readonly violation: Violation;
  /** All events of the short world until then. */
  readonly events: readonly WorldEvent[];
  /** Worlds that were run to find it. */
  readonly worlds: number;
  /** Whether leaving out any one of the strikes was tried, and mended it. */
  readonly isShortest: boolean;
}

type Found = Pick<ShortRun, 'hours' | 'strikes' | 'violation' | 'events'>;

/**
 * Runs the seed again with fewer strikes and fewer hours, for as long as the same invariant still breaks. `undefined` when the run does
 * not break it again at all. Bounded and a matter of the options alone: the same violation gives the same short run.
 */
export async function shrinkRun(
  options: SimulationOptions,
  violation: Violation,
  mostWorlds: number = MOST_WORLDS,
): Promise<ShortRun | undefined> {
  const planned = plannedStrikes(options);
  const search = new Search(options, violation.invariant);
  if (!(await search.tries(options.hours, planned))) return undefined;
  let isShortest = false;
  for (let hours = Number.POSITIVE_INFINITY; search.best.hours < hours && search.worlds < mostWorlds;) {
    hours = search.best.hours;
    const left = await leaveOut(
      search.best.strikes,
      async (fewer) => ((await search.tries(search.best.hours, fewer)) ? search.best.strikes : undefined),
      mostWorlds - search.worlds,
    );
    isShortest = left.isShortest;
    await search.takesLess(mostWorlds);
  }
  return { ...search.best, planned: planned.length, worlds: search.worlds, isShortest };
}

/** Keeps the shortest world found so far that breaks the invariant. */
class Search {
  readonly #options: SimulationOptions;
  readonly #invariant: number;
  #best: Found | undefined;
  #worlds = 0;

  constructor(options: SimulationOptions, invariant: number) {
    this.#options = options;
    this.#invariant = invariant;
  }

  get worlds(): number {
    return this.#worlds;
  }

  get best(): Found {
    if (this.#best === undefined) throw new Error('no world that breaks the invariant was found yet');
    return this.#best;
  }

  /** Whether a world of so many hours with these strikes breaks the invariant; then it is the best. */
  async tries(hours: number, strikes: readonly Strike[]): Promise<boolean> {
    this.#worlds += 1;
    const events: WorldEvent[] = [];
    const onEvent = (event: WorldEvent) => void events.push(event);
    const options = { ...this.#options, hours, onEvent, untilBroken: this.#invariant };
    const { violations } = await runStrikes(options, strikes);
    const violation = violations.find(({ invariant }) => invariant === this.#invariant);
    if (violation === undefined) return false;
    const end = events.findIndex(
      ({ kind, facts }) => kind === 'violation' && facts['invariant'] === this.#invariant,
    );
    // What comes after the violation had no part in it.
    const before = strikes.filter(({ atMs }) => atMs <= violation.atMs);
    this.#best = {
      hours: Math.min(hours, this.#hoursUntil(violation.atMs, before)),
      strikes: before,
      violation,
      events: events.slice(0, end),
    };
    return true;
  }

  /** Looks for the fewest whole hours in which the best world's strikes do the same. */
  async takesLess(mostWorlds: number): Promise<void> {
    const { strikes } = this.best;
    let least = this.#hoursUntil(strikes.at(-1)?.atMs ?? 0, strikes);
    while (least < this.best.hours && this.#worlds < mostWorlds) {
      const isBroken = await this.tries(least, strikes);
      if (isBroken) return;
      least = Math.ceil((least + 1 + this.best.hours) / 2);
    }
  }

  /** The fewest whole hours of a world that is not yet left alone at that time, and that has these strikes in its plan. */
  #hoursUntil(atMs: number, strikes: readonly Strike[]): number {
    const { hours: most, faults } = this.#options;
    for (let hours = 1; hours < most; hours += 1) {
      if (leftAloneAtMs({ hours, faults }) > atMs && this.#plans(strikes, hours)) return hours;
    }
    return most;
  }

  /** Some kinds of strikes keep away from the end of a world. */
  #plans(strikes: readonly Strike[], hours: number): boolean {
    const planned = new Set(plannedStrikes({ ...this.#options, hours }).map(strikeName));
    return strikes.every((strike) => planned.has(strikeName(strike)));
  }
}
