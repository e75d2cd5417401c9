import type { LoadTrace } from '../load/load-trace.ts';
import type { Story } from './story-schema.ts';

const MS_PER_HOUR = 3_600_000;
/** A load of 100 % is what `peakNodes` carry. */
const PEAK_PERCENT = 100;

/** The story's load as a trace, in percent of its peak. */
export function storyLoad({ hours, load, about }: Pick<Story, 'hours' | 'load' | 'about'>): LoadTrace {
  return {
    name: about,
    startMs: 0,
    lengthMs: hours * MS_PER_HOUR,
    peak: PEAK_PERCENT,
    at: (offsetMs) => percentAt(load, offsetMs),
  };
}

function percentAt(load: Story['load'], atMs: number): number {
  const next = load.findIndex(({ at }) => at > atMs);
  const after = next < 0 ? load.at(-1) : load[next];
  const before = next < 0 ? after : (load[next - 1] ?? after);
  if (before === undefined || after === undefined) return 0;
  if (after.at === before.at) return after.percent;
  const share = (atMs - before.at) / (after.at - before.at);
  return before.percent + (after.percent - before.percent) * share;
}
