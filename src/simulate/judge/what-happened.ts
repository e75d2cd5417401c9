import type { WorldEvent } from '../base/event-log.ts';
import { clockTime } from './clock-time.ts';
import { eventWords } from './event-words.ts';
import { alike, relevantEvents } from './relevant-events.ts';

/** Lines that are told of what happened. */
const MAX_LINES = 16;

/** What led to `fact`, a line an event. */
export function whatHappened(events: readonly WorldEvent[], fact: string): readonly string[] {
  return alike(relevantEvents(events, fact, MAX_LINES)).map((row) => {
    const [first] = row;
    if (first === undefined) return '';
    const more = row.length === 1 ? '' : ` (and ${row.length - 1} more like it)`;
    return `  ${clockTime(first.atMs)} ${eventWords(first)}${more}`;
  });
}
