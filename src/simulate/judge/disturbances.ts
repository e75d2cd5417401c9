/**
 * What disturbs a world, as far as it excuses what the controller does: `any` is whatever was injected, `fleet` what takes capacity away,
 * adds to it or asks for other capacity, `joins` that machines of some offerings never join.
 */
export type DisturbanceKind = 'any' | 'fleet' | 'joins';

/** Until when a world was disturbed last, by its monotonic clock; before it began: never. */
export interface DisturbedUntil {
  readonly anyMs: number;
  readonly fleetMs: number;
  readonly joinsMs: number;
}

export const NEVER_DISTURBED: DisturbedUntil = {
  anyMs: Number.NEGATIVE_INFINITY,
  fleetMs: Number.NEGATIVE_INFINITY,
  joinsMs: Number.NEGATIVE_INFINITY,
};

/** Remembers until when each kind of disturbance lasts. */
export class Disturbances {
  readonly #clock: { monotonicMs(): number };
  #until = NEVER_DISTURBED;

  constructor(clock: { monotonicMs(): number }) {
    this.#clock = clock;
  }

  get until(): DisturbedUntil {
    return this.#until;
  }

  /** A disturbance begins that lasts for `forMs`; every kind counts as `any`, except that `joins` stands alone. */
  begin(kind: DisturbanceKind, forMs = 0): void {
    const untilMs = this.#clock.monotonicMs() + forMs;
    const later = (isConcerned: boolean, knownMs: number) =>
      isConcerned ? Math.max(knownMs, untilMs) : knownMs;
    this.#until = {
      anyMs: later(kind !== 'joins', this.#until.anyMs),
      fleetMs: later(kind === 'fleet', this.#until.fleetMs),
      joinsMs: later(kind === 'joins', this.#until.joinsMs),
    };
  }
}
