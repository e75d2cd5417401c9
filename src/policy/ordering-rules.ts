import type { Breach } from './breach.ts';
import type { KnownValues } from './known-values.ts';
import type { PolicyPath } from './policy-path.ts';

/** `low × times + gap ≤ high` (or `<` when strict). */
interface Ordering {
  readonly says: string;
  readonly low: string;
  readonly high: string;
  readonly times?: number;
  readonly gap?: number;
  readonly strict?: boolean;
  /** Which of the two the fault names, when the text writes both out. */
  readonly blame: 'low' | 'high';
  readonly because: string;
}

/** R25: closer thresholds would let one node's worth of load swing the fleet to and fro. */
export const MIN_GAP_POINTS = 20;

/** R25: a window of fewer than two samples is a single reading. */
const MIN_SAMPLES = 2;

const gapOf = (figure: 'cpu' | 'memory'): Ordering => ({
  says: `utilization.${figure}: downPercent + ${MIN_GAP_POINTS} ≤ upPercent`,
  low: `utilization.${figure}.downPercent`,
  high: `utilization.${figure}.upPercent`,
  gap: MIN_GAP_POINTS,
  blame: 'low',
  because: 'closer thresholds make the fleet swing to and fro',
});

const urgencyOf = (figure: 'cpu' | 'memory'): Ordering => ({
  says: `utilization.${figure}: upPercent < urgentPercent`,
  low: `utilization.${figure}.upPercent`,
  high: `utilization.${figure}.urgentPercent`,
  strict: true,
  blame: 'high',
  because: 'what is urgent lies beyond what is ordinary',
});

const samplesIn = (window: 'upWindowSeconds' | 'downWindowSeconds'): Ordering => ({
  says: `utilization: ${MIN_SAMPLES} × scrapeIntervalSeconds ≤ ${window}`,
  low: 'utilization.scrapeIntervalSeconds',
  high: `utilization.${window}`,
  times: MIN_SAMPLES,
  blame: 'high',
  because: 'one sample is no window',
});

export const orderings: readonly Ordering[] = [
  {
    says: 'nodes.min ≤ nodes.max',
    low: 'nodes.min',
    high: 'nodes.max',
    blame: 'high',
    because: 'no fleet could satisfy both',
  },
  gapOf('cpu'),
  gapOf('memory'),
  urgencyOf('cpu'),
  urgencyOf('memory'),
  samplesIn('upWindowSeconds'),
  samplesIn('downWindowSeconds'),
  {
    says: 'pending: batchIdleMs ≤ batchMaxMs',
    low: 'pending.batchIdleMs',
    high: 'pending.batchMaxMs',
    blame: 'low',
    because: 'the longest wait bounds the shorter one',
  },
  {
    says: 'utilization: step ≤ urgentStep',
    low: 'utilization.step',
    high: 'utilization.urgentStep',
    blame: 'high',
    because: 'an urgent step is no smaller than an ordinary one',
  },
  {
    says: 'warmPool.size ≤ nodes.max',
    low: 'warmPool.size',
    high: 'nodes.max',
    blame: 'low',
    because: 'no more of them could ever be started',
  },
  {
    says: 'shrink: graceLimitSeconds < drainTimeoutSeconds',
    low: 'shrink.graceLimitSeconds',
    high: 'shrink.drainTimeoutSeconds',
    strict: true,
    blame: 'low',
    because: 'a pod that takes its whole grace period would abort every drain',
  },
];

/** The breach of one ordering; none when it holds or when either value is unknown. */
export function orderingBreaches(ordering: Ordering, known: KnownValues): readonly Breach[] {
  const low = known.number(pathOf(ordering.low));
  const high = known.number(pathOf(ordering.high));
  if (low === undefined || high === undefined) return [];
  const min = low * (ordering.times ?? 1) + (ordering.gap ?? 0);
  if (ordering.strict === true ? min < high : min <= high) return [];
  const places = [pathOf(ordering.low), pathOf(ordering.high)];
  return [
    {
      places: ordering.blame === 'low' ? places : places.toReversed(),
      rule: `${ordering.high} (${high}) must be ${demand(ordering, low)}: ${ordering.because}`,
      remedy: `raise ${ordering.high} ${ordering.strict === true ? 'above' : 'to at least'} ${min}, or lower ${ordering.low}`,
    },
  ];
}

function demand({ low, times, gap, strict }: Ordering, value: number): string {
  const named = `${low} (${value})`;
  if (gap !== undefined) return `at least ${gap} points above ${named}`;
  if (times !== undefined) return `at least ${times} times ${named}`;
  return strict === true ? `above ${named}` : `at least ${named}`;
}

function pathOf(text: string): PolicyPath {
  return text.split('.');
}
