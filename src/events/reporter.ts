import type { ReportEvent, Reporter } from '../ports.ts';
import { type Importance, importanceOf } from './importance.ts';

export type EventKind = ReportEvent['kind'];

/** The event of this kind. */
export type EventOf<K extends EventKind> = Extract<ReportEvent, { readonly kind: K }>;

/** What to do with events, by their kind; an event comes with its importance. */
export type AllEventHandlers<R = void> = {
  readonly [K in EventKind]: (event: EventOf<K>, importance: Importance) => R;
};

/** As `AllEventHandlers`, for a channel that takes some kinds only. */
export type EventHandlers<R = void> = Partial<AllEventHandlers<R>>;

/** A function that answers an event by the handler of its kind, and with `otherwise` where there is none. */
export function byKind<R>(handlers: EventHandlers<R>, otherwise: R): (event: ReportEvent) => R {
  return (event) => {
    const handle = handlers[event.kind] as ((event: ReportEvent, importance: Importance) => R) | undefined;
    return handle === undefined ? otherwise : handle(event, importanceOf(event));
  };
}

/** A reporter that takes the kinds of event named here; all others pass it by. */
export function reporter(handlers: EventHandlers): Reporter {
  return { report: byKind<void>(handlers, undefined) };
}
