import type { WorldEvent } from '../base/event-log.ts';
import { type FaultInjection, injectionName } from '../faults/fault-injections.ts';
import type { Violation } from '../judge/violation.ts';
import {
  faultFreeFromMs,
  plannedInjections,
  runInjections,
  type SimulationOptions,
} from '../run/run-simulation.ts';
import { minimize } from './minimize.ts';

/** Worlds that are run at most to shorten one violation: a day with all faults takes seconds each. */
const MAX_WORLDS = 80;

/** A world of the same seed that violates the same invariant with fewer fault injections and in less time. */
export interface ShortRun {
  readonly hours: number;
  /** The fault injections that it needs, by time. */
  readonly injections: readonly FaultInjection[];
  /** Number of fault injections in the whole run. */
  readonly planned: number;
  /** As it happens in the short world. */
  readonly violation: Violation;
  /** All events of the short world until then. */
  readonly events: readonly WorldEvent[];
  /** Worlds that were run to find it. */
  readonly worlds: number;
  /** Whether the run is minimal: without any one of the injections there is no violation. */
  readonly isShortest: boolean;
}

type Found = Pick<ShortRun, 'hours' | 'injections' | 'violation' | 'events'>;

/**
 * Runs the seed again with fewer fault injections and fewer hours, for as long as the same invariant still breaks. `undefined`
 * when the run does not break it again at all. Bounded and a matter of the options alone: the same violation gives the same short
 * run.
 */
export async function shrinkRun(
  options: SimulationOptions,
  violation: Violation,
  maxWorlds: number = MAX_WORLDS,
): Promise<ShortRun | undefined> {
  const planned = plannedInjections(options);
  const search = new Search(options, violation.invariant);
  if (!(await search.tries(options.hours, planned))) return undefined;
  let isShortest = false;
  for (let hours = Number.POSITIVE_INFINITY; search.best.hours < hours && search.worlds < maxWorlds;) {
    hours = search.best.hours;
    const left = await minimize(
      search.best.injections,
      async (fewer) => ((await search.tries(search.best.hours, fewer)) ? search.best.injections : undefined),
      maxWorlds - search.worlds,
    );
    isShortest = left.isShortest;
    await search.takesLess(maxWorlds);
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

  /** Whether a world of this many hours with these fault injections breaks the invariant; then it is the best. */
  async tries(hours: number, injections: readonly FaultInjection[]): Promise<boolean> {
    this.#worlds += 1;
    const events: WorldEvent[] = [];
    const onEvent = (event: WorldEvent) => void events.push(event);
    const options = { ...this.#options, hours, onEvent, untilBroken: this.#invariant };
    const { violations } = await runInjections(options, injections);
    const violation = violations.find(({ invariant }) => invariant === this.#invariant);
    if (violation === undefined) return false;
    const end = events.findIndex(
      ({ kind, facts }) => kind === 'violation' && facts['invariant'] === this.#invariant,
    );
    // What comes after the violation had no part in it.
    const before = injections.filter(({ atMs }) => atMs <= violation.atMs);
    this.#best = {
      hours: Math.min(hours, this.#hoursUntil(violation.atMs, before)),
      injections: before,
      violation,
      events: events.slice(0, end),
    };
    return true;
  }

  /** Looks for the fewest whole hours in which the best world's fault injections do the same. */
  async takesLess(maxWorlds: number): Promise<void> {
    const { injections } = this.best;
    let min = this.#hoursUntil(injections.at(-1)?.atMs ?? 0, injections);
    while (min < this.best.hours && this.#worlds < maxWorlds) {
      const isBroken = await this.tries(min, injections);
      if (isBroken) return;
      min = Math.ceil((min + 1 + this.best.hours) / 2);
    }
  }

  /**
   * The fewest whole hours of a world that is not yet left alone at that time, and that has these fault injections in its plan.
   */
  #hoursUntil(atMs: number, injections: readonly FaultInjection[]): number {
    const { hours: max, faults } = this.#options;
    for (let hours = 1; hours < max; hours += 1) {
      if (faultFreeFromMs({ hours, faults }) > atMs && this.#plans(injections, hours)) return hours;
    }
    return max;
  }

  /** Some kinds of fault injections keep away from the end of a world. */
  #plans(injections: readonly FaultInjection[], hours: number): boolean {
    const planned = new Set(plannedInjections({ ...this.#options, hours }).map(injectionName));
    return injections.every((injection) => planned.has(injectionName(injection)));
  }
}
