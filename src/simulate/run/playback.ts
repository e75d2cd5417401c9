import type { VirtualClock } from '../base/virtual-clock.ts';

/** How often virtual time is moved on, in real milliseconds. */
const TICK_MS = 50;
/** The most virtual time of one beat: after a stall (a laptop asleep) the world does not race to catch up. */
const MAX_REAL_MS_PER_TICK = 500;

/** Lets a virtual clock run at a multiple of real time; may be paused, and its speed changed while it runs. */
export class Playback {
  readonly #clock: VirtualClock;
  #speed: number;
  #isPaused = false;
  #isTicking = false;
  #timer: NodeJS.Timeout | undefined;
  #lastRealMs = 0;

  /** `speed` is virtual seconds in a real second. */
  constructor(clock: VirtualClock, speed: number) {
    this.#clock = clock;
    this.#speed = checked(speed);
  }

  get speed(): number {
    return this.#speed;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  setSpeed(speed: number): void {
    this.#speed = checked(speed);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Starts the playback; when an event of the world throws, `onFailure` is called and playback stops. */
  start(onFailure: (error: unknown) => void): void {
    if (this.#timer !== undefined) return;
    this.#lastRealMs = performance.now();
    this.#timer = setInterval(() => {
      this.#tick().catch((error: unknown) => {
        this.stop();
        onFailure(error);
      });
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #tick(): Promise<void> {
    const realMs = performance.now();
    if (this.#isTicking) return;
    const passedMs = Math.min(realMs - this.#lastRealMs, MAX_REAL_MS_PER_TICK);
    this.#lastRealMs = realMs;
    if (this.#isPaused) return;
    this.#isTicking = true;
    try {
      await this.#clock.advanceTo(this.#clock.monotonicMs() + passedMs * this.#speed);
    } finally {
      this.#isTicking = false;
    }
  }
}

function checked(speed: number): number {
  if (!(speed > 0 && speed <= 100_000))
    throw new RangeError(`speed ${speed}: must be above 0, at most 100000`);
  return speed;
}
