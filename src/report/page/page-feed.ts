import type { Request, Response } from 'express';
import { EventStream, eventFrame } from './event-stream.ts';
import type { PageChange, PageState } from './page-state.ts';
import type { PageHistory, PageView, PlotMark, PlotPoint } from './page-view.ts';
import { viewDelta } from './view-delta.ts';

/** How often a browser is told of changes at most: quick enough to feel live, slow enough for any number of rounds. */
const PUSH_EVERY_MS = 250;

/**
 * Sends the page to browsers: first a `view` with everything, then a `delta` for each change, numbered without a gap. A change is
 * computed and written out once, whoever looks; while nobody looks nothing is computed.
 */
export class PageFeed {
  readonly #state: PageState;
  readonly #present: () => PageView;
  readonly #stream = new EventStream(() => this.#whole());
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** What browsers show, with its number. */
  #shown: PageView | undefined;
  #seq = 0;
  #wholeFrame: string | undefined;
  #points: PlotPoint[] = [];
  #marks: PlotMark[] = [];

  /** `present` draws what the state shows, with what else belongs to the page. */
  constructor(state: PageState, present: () => PageView) {
    this.#state = state;
    this.#present = present;
    this.#stopListening = state.onChange((change) => this.#gather(change));
  }

  /** Takes the request over and keeps its browser up to date. */
  open(request: Request, response: Response): void {
    if (this.#stream.clients === 0) this.#show(this.#present());
    this.#stream.open(request, response);
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
    this.#stream.close();
  }

  #gather({ points, marks }: PageChange): void {
    if (this.#stream.clients === 0) return;
    this.#points.push(...points);
    this.#marks.push(...marks);
    this.#timer ??= setTimeout(() => this.#push(), PUSH_EVERY_MS);
  }

  #push(): void {
    const before = this.#shown;
    const points = this.#points;
    const marks = this.#marks;
    const after = this.#present();
    this.#show(after);
    if (before === undefined || this.#stream.clients === 0) return;
    const delta = {
      seq: this.#seq,
      view: viewDelta(before, after),
      ...(points.length > 0 && { points }),
      ...(marks.length > 0 && { marks }),
    };
    this.#stream.send(eventFrame('delta', delta));
  }

  #show(view: PageView): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#points = [];
    this.#marks = [];
    this.#shown = view;
    this.#seq += 1;
    this.#wholeFrame = undefined;
  }

  /** Written out once for all who need it before the next change. */
  #whole(): string {
    this.#wholeFrame ??= eventFrame('view', { seq: this.#seq, view: this.#shown, history: this.#history() });
    return this.#wholeFrame;
  }

  /** Up to what browsers show: what is gathered already comes with the next delta. */
  #history(): PageHistory {
    const { points, marks, most: max } = this.#state.history();
    return {
      points: points.slice(0, points.length - this.#points.length),
      marks: marks.slice(0, marks.length - this.#marks.length),
      most: max,
    };
  }
}
