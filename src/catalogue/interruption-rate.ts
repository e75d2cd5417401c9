/*
 * How often EC2 takes spot instances back: AWS's Spot Instance Advisor for Linux in ap-southeast-1, a snapshot of
 * 2025-06-28 (github.com/alexei-led/spotinfo, commit 5eedf20). The advisor states the share of instances interrupted
 * in the trailing month, in ranges.
 */

/** Types by the advisor's range. */
const TYPES_BY_RANGE = {
  '<5%': ['t3.large', 't3.xlarge', 't3.2xlarge', 'r5a.large'],
  '5-10%': ['t4g.micro', 'm5a.large', 'm7i-flex.large', 'm7i-flex.xlarge', 'c7i-flex.large'],
  '10-15%': [
    't3.small',
    't3.medium',
    't3a.2xlarge',
    't4g.xlarge',
    'm6i.large',
    'c5a.large',
    'c6a.large',
    'c7i.large',
    'r7i.large',
  ],
  '15-20%': ['t3.micro', 't3a.micro', 'm6a.large', 'm7i.large', 'c5.large', 'c6g.large'],
  '>20%': [
    't3a.small',
    't3a.medium',
    't3a.large',
    't3a.xlarge',
    't4g.small',
    't4g.medium',
    't4g.large',
    'm5.large',
    'm5.xlarge',
    'm6g.large',
    'm7g.large',
    'm6i.xlarge',
    'c5.xlarge',
    'c6i.large',
    'c7g.large',
    'c6i.xlarge',
    'r5.large',
    'r6i.large',
    'r6g.large',
  ],
} as const;

type Range = keyof typeof TYPES_BY_RANGE;

/** Each range's middle; the open one is read as 20 to 30 %. */
const MONTHLY_SHARE: Readonly<Record<Range, number>> = {
  '<5%': 0.025,
  '5-10%': 0.075,
  '10-15%': 0.125,
  '15-20%': 0.175,
  '>20%': 0.25,
};
/** A type that the advisor's snapshot lacks is held to be one of the worst. */
const UNKNOWN_SHARE = MONTHLY_SHARE['>20%'];
const HOURS_PER_MONTH = 730;

const rangeOf: ReadonlyMap<string, Range> = new Map(
  (Object.keys(TYPES_BY_RANGE) as Range[]).flatMap((range) =>
    TYPES_BY_RANGE[range].map((type) => [type, range] as const),
  ),
);

/**
 * The chance, 0..1, that a spot instance of this type is interrupted within an hour, were the month's share spread evenly:
 * `1 − (1 − share)^(1/730)`.
 */
export function interruptionsPerHour(type: string): number {
  const range = rangeOf.get(type);
  const share = range === undefined ? UNKNOWN_SHARE : MONTHLY_SHARE[range];
  return 1 - (1 - share) ** (1 / HOURS_PER_MONTH);
}
