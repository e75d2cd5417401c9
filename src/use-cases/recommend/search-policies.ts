import type { Candidate } from './candidates.ts';
import { AS_NOW } from './candidates.ts';

/** What a candidate came to over a stretch of the trace. */
export interface Outcome {
  readonly realUsd: number;
  readonly shortMinutes: number;
  readonly launches: number;
  readonly evictions: number;
}

/** The short sample that sorts candidates out, and the whole that judges those that are left. */
export type Stretch = 'sample' | 'whole';

export interface Judged {
  readonly candidate: Candidate;
  readonly outcome: Outcome;
}

export interface Search {
  readonly first: readonly Candidate[];
  readonly refine: (base: Candidate) => readonly Candidate[];
  readonly simulate: (candidate: Candidate, stretch: Stretch) => Promise<Outcome>;
}

/** Of the first candidates so many are refined, and of all so many are judged over the whole trace. */
const REFINED = 1;
const FINALISTS = 3;
/** What a minute short of capacity counts for while candidates are sorted out, USD: money is never traded against pods. */
const SHORT_MINUTE_USD = 0.05;

/**
 * Successive halving: every first candidate over the sample, refinements of the best there, refinements of the best of these, and the
 * cheapest of all of them over the whole trace, the policy as it is among them.
 */
export async function searchPolicies({ first, refine, simulate }: Search): Promise<readonly Judged[]> {
  const sampled = new Map<string, Judged>();
  const sample = async (candidates: readonly Candidate[]) => {
    for (const candidate of candidates) {
      const key = JSON.stringify(candidate.edits);
      if (!sampled.has(key)) sampled.set(key, { candidate, outcome: await simulate(candidate, 'sample') });
    }
  };
  const best = (count: number) => [...sampled.values()].sort(bySample(sampled)).slice(0, count);
  await sample([AS_NOW, ...first]);
  for (const { candidate } of best(REFINED)) await sample(refine(candidate));
  for (const { candidate } of best(REFINED)) await sample(refine(candidate));
  const finalists = best(FINALISTS).filter(({ candidate }) => candidate.edits.length > 0);
  const whole: Judged[] = [];
  for (const candidate of [AS_NOW, ...finalists.map((one) => one.candidate)])
    whole.push({ candidate, outcome: await simulate(candidate, 'whole') });
  return whole;
}

function bySample(sampled: ReadonlyMap<string, Judged>): (a: Judged, b: Judged) => number {
  const now = sampled.get('[]')?.outcome.shortMinutes ?? 0;
  const score = ({ outcome }: Judged) =>
    outcome.realUsd + Math.max(0, outcome.shortMinutes - now) * SHORT_MINUTE_USD;
  return (a, b) => score(a) - score(b);
}

/** The cheapest and the calmest that serve at least as well as the policy does now, which is the first. */
export function chooseOptions(judged: readonly Judged[]): {
  readonly cheapest: Judged;
  readonly calmest: Judged;
  readonly now: Judged;
} {
  const [now] = judged;
  if (now === undefined) throw new RangeError('nothing was judged');
  const asGood = judged.filter(({ outcome }) => outcome.shortMinutes <= now.outcome.shortMinutes);
  const noDearer = asGood.filter(({ outcome }) => outcome.realUsd <= now.outcome.realUsd);
  const unrest = ({ outcome }: Judged) => outcome.launches + outcome.evictions;
  return {
    now,
    cheapest: asGood.reduce((a, b) => (b.outcome.realUsd < a.outcome.realUsd ? b : a), now),
    calmest: noDearer.reduce((a, b) => (unrest(b) < unrest(a) ? b : a), now),
  };
}
