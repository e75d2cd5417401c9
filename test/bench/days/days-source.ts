import { basename, extname } from 'node:path';
import { storyLoad } from '../../../src/simulate/story-file/story-load.ts';
import { readStoryFile } from '../../../src/use-cases/files/read-story-file.ts';
import { readTraceFile } from '../../../src/use-cases/files/read-trace-file.ts';
import { shippedFile } from '../../../src/use-cases/files/shipped-file.ts';
import type { DaysWorld } from './days-fleets.ts';

const MS_PER_HOUR = 3_600_000;

/** A trace or a story that fleets live through. */
export interface DaysSource {
  readonly kind: 'trace' | 'story';
  readonly file: string;
  /** At most so many days of a trace. */
  readonly days: number;
  readonly seed: number;
}

const TRACES = ['nasa-http-july-1995', 'world-cup-1998', 'nyc-taxi-2014'];
const STORIES = [
  'surge-at-nine',
  'flash-sale',
  'plateau',
  'cron-job',
  'rollout',
  'bad-zone',
  'spot-outage',
  'memory-bound',
];

/** The shipped traces and stories, or those named, which then come alone. */
export function daysSources(named: {
  readonly traces: readonly string[];
  readonly stories: readonly string[];
  readonly days: number;
}): readonly DaysSource[] {
  const { traces, stories, days } = named;
  const isNamed = traces.length + stories.length > 0;
  const traceFiles = isNamed ? traces : TRACES.map((name) => shippedFile(`traces/${name}.csv`));
  const storyFiles = isNamed ? stories : STORIES.map((name) => shippedFile(`stories/${name}.yaml`));
  return [
    ...traceFiles.map((file) => ({ kind: 'trace' as const, file, days, seed: 1 })),
    ...storyFiles.map((file) => ({ kind: 'story' as const, file, days, seed: 1 })),
  ];
}

/** What the source is called in results. */
export function sourceName({ file }: DaysSource): string {
  return basename(file, extname(file)).replaceAll(/[^\w.-]/g, '-');
}

/** The world of the source. Throws `CommandError` when its file is no trace or story. */
export async function daysWorldOf({ kind, file, days, seed }: DaysSource): Promise<DaysWorld> {
  if (kind === 'story') {
    const story = await readStoryFile(file);
    return { seed, story, trace: storyLoad(story), hours: story.hours, peakNodes: story.peakNodes };
  }
  const trace = await readTraceFile(file);
  return { seed, trace, hours: Math.min(days * 24, Math.floor(trace.lengthMs / MS_PER_HOUR)) };
}
