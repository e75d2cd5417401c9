import { basename } from 'node:path';
import { parsePolicy } from '../../policy/parse-policy.ts';
import type { LoadTrace } from '../../simulate/load/load-trace.ts';
import { runSimulation } from '../../simulate/run/run-simulation.ts';
import { CommandError } from '../command-error.ts';
import { readPolicyFile } from '../files/read-policy-file.ts';
import { SHIPPED_POLICY } from '../files/shipped-file.ts';
import { startController } from '../simulate/prepare-simulation.ts';
import { busiestDays } from './busiest-days.ts';
import { type Candidate, purchaseCandidates, refinements } from './candidates.ts';
import { type LoadSource, loadToJudgeBy } from './load-to-judge-by.ts';
import { editPolicy } from './policy-edit.ts';
import { chooseOptions, type Judged, type Outcome, searchPolicies, type Stretch } from './search-policies.ts';
import { typeMixes } from './type-mixes.ts';
import { unifiedDiff } from './unified-diff.ts';

const MS_PER_HOUR = 3_600_000;
const HOURS_PER_DAY = 24;
const SAMPLE_DAYS = 2;
const SEED = 1;
/** Simulations that a search makes, about: for the progress alone. */
const EXPECTED_DAYS = { sample: 20 * SAMPLE_DAYS, wholes: 4 } as const;

/** `days` is the most of the load that is simulated. */
export interface RecommendRequest extends LoadSource {
  /** File of the policy as it is now. @default the shipped one */
  readonly policy?: string;
}

/** A policy that could be committed. */
export interface Option extends Outcome {
  readonly name: 'cheapest' | 'calmest' | 'as now';
  readonly policy: string;
  /** The change as `diff -u` shows it; empty where nothing changes. */
  readonly diff: string;
}

export interface Recommendation {
  readonly trace: string;
  /** How many t3.small its peak needs. */
  readonly peakNodes: number;
  readonly hours: number;
  readonly now: Outcome;
  readonly options: readonly Option[];
}

export interface RecommendProgress {
  readonly simulated: number;
  readonly share: number;
}

/**
 * What other policies would have cost over the trace, in simulated worlds without faults: the cheapest and the calmest that serve at
 * least as well as the policy does now. Some 20 candidates over the two busiest days, the best of them over the whole.
 * @throws CommandError when a file cannot be read, the policy is invalid or the trace is malformed
 */
export async function recommend(
  request: RecommendRequest,
  env: Readonly<Record<string, string | undefined>>,
  onProgress: (progress: RecommendProgress) => void = () => undefined,
): Promise<Recommendation> {
  const origin = request.policy ?? SHIPPED_POLICY;
  const { text, policy } = await readPolicyFile(origin);
  const { trace, peakNodes } = await loadToJudgeBy(request, env);
  const stretches = stretchesOf(trace, request.days);
  const wholeDays = stretches.whole.hours / HOURS_PER_DAY;
  const expectedDays = EXPECTED_DAYS.sample + EXPECTED_DAYS.wholes * wholeDays;
  let simulated = 0;
  let doneDays = 0;
  const judged = await searchPolicies({
    first: purchaseCandidates(typeMixes(policy)).filter((one) => isValid(text, one)),
    refine: (base) => refinements(base, policyOf(text, base)).filter((one) => isValid(text, one)),
    simulate: async (candidate, stretch) => {
      onProgress({ simulated, share: Math.min(0.99, doneDays / expectedDays) });
      const outcome = await simulateWorld({
        ...stretches[stretch],
        text: editPolicy(text, candidate.edits),
        trace,
        peakNodes,
      });
      simulated += 1;
      doneDays += stretches[stretch].hours / HOURS_PER_DAY;
      return outcome;
    },
  });
  const { cheapest, calmest, now } = chooseOptions(judged);
  const option = (name: Option['name'], { candidate, outcome }: Judged): Option => {
    const edited = editPolicy(text, candidate.edits);
    return { name, ...outcome, policy: edited, diff: unifiedDiff(text, edited, basename(origin)) };
  };
  return {
    trace: trace.name,
    peakNodes,
    hours: stretches.whole.hours,
    now: now.outcome,
    options: [option('cheapest', cheapest), option('calmest', calmest), option('as now', now)],
  };
}

interface TraceStretch {
  readonly hours: number;
  readonly offsetMs: number;
}

function stretchesOf(trace: LoadTrace, days: number): Readonly<Record<Stretch, TraceStretch>> {
  const traceHours = Math.floor(trace.lengthMs / MS_PER_HOUR);
  if (traceHours < 1)
    throw new CommandError(
      `${trace.name}: a recommendation needs an hour of load at least: give a longer trace`,
    );
  const hours = Math.min(traceHours, days * HOURS_PER_DAY);
  const sampleHours = Math.min(hours, SAMPLE_DAYS * HOURS_PER_DAY);
  const offsetMs = busiestDays(trace, { hours, sampleHours }) * MS_PER_HOUR;
  return { whole: { hours, offsetMs: 0 }, sample: { hours: sampleHours, offsetMs } };
}

async function simulateWorld({
  text,
  trace,
  hours,
  offsetMs,
  peakNodes,
}: TraceStretch & {
  readonly text: string;
  readonly trace: LoadTrace;
  readonly peakNodes: number;
}): Promise<Outcome> {
  const reading = parsePolicy(text);
  if (!reading.valid) throw new RangeError('a candidate is no valid policy');
  const policyDocument = { text, origin: 'candidate', revision: undefined };
  const { stats } = await runSimulation({
    seed: SEED,
    hours,
    policy: reading.policy,
    policyDocument,
    trace,
    traceOffsetMs: offsetMs,
    peakNodes,
    faults: [],
    controller: startController,
  });
  const { realUsd, shortMinutes, launches, evictions } = stats;
  return { realUsd, shortMinutes, launches, evictions };
}

function isValid(text: string, { edits }: Candidate): boolean {
  return parsePolicy(editPolicy(text, edits)).valid;
}

function policyOf(text: string, { edits }: Candidate) {
  const reading = parsePolicy(editPolicy(text, edits));
  if (!reading.valid) throw new RangeError('a candidate is no valid policy');
  return reading.policy;
}
