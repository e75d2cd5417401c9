import type { ProgressStep } from './progress.ts';

/** Work that is done sooner is not worth a line that flashes up. */
const FIRST_SHOWN_MS = 2_000;
/** A forecast from less than this of the work would be a guess. */
const MIN_SHARE = 0.02;
const MIN_LEFT_MS = 1_000;

/** A line that moves; `yocto-spinner` is one. */
export interface MovingLine {
  text: string;
  start(text: string): unknown;
  stop(): unknown;
}

/** Says on a moving line what is under way, for how long, and how long it may still take. */
export class ProgressDisplay {
  readonly #line: MovingLine;
  readonly #columns: () => number;
  #step: ProgressStep;
  /** When the share of the work that is done was reported. */
  #shareAtMs = 0;
  #isShown = false;

  constructor(line: MovingLine, columns: () => number, first: ProgressStep) {
    this.#line = line;
    this.#columns = columns;
    this.#step = first;
  }

  /** Shown with the next tick. */
  report(step: ProgressStep, elapsedMs: number): void {
    if (step.share !== this.#step.share) this.#shareAtMs = elapsedMs;
    this.#step = step;
  }

  tick(elapsedMs: number): void {
    if (elapsedMs < FIRST_SHOWN_MS) return;
    const text = progressText(this.#step, { elapsedMs, shareAtMs: this.#shareAtMs });
    // Two columns are for what moves; a line that wraps could not be wiped away.
    const fitting = text.slice(0, Math.max(0, this.#columns() - 3));
    if (this.#isShown) this.#line.text = fitting;
    else this.#line.start(fitting);
    this.#isShown = true;
  }

  end(): void {
    if (this.#isShown) this.#line.stop();
  }
}

/** The step with the time it took so far and, from the share that was done at a time, about how long the rest takes. */
function progressText(
  { text, share = 0 }: ProgressStep,
  { elapsedMs, shareAtMs }: { readonly elapsedMs: number; readonly shareAtMs: number },
): string {
  const soFar = `${text}, ${durationText(elapsedMs)}`;
  if (share < MIN_SHARE || share >= 1) return soFar;
  const leftMs = shareAtMs / share - elapsedMs;
  return leftMs < MIN_LEFT_MS ? soFar : `${soFar}, about ${durationText(leftMs)} left`;
}

function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
