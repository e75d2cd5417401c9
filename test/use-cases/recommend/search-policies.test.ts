import { describe, expect, it } from '@jest/globals';
import { defaultPolicy } from '../../../src/policy/default-policy.ts';
import { busiestDays } from '../../../src/use-cases/recommend/busiest-days.ts';
import {
  type Candidate,
  purchaseCandidates,
  refinements,
} from '../../../src/use-cases/recommend/candidates.ts';
import {
  chooseOptions,
  type Judged,
  type Outcome,
  searchPolicies,
  type Stretch,
} from '../../../src/use-cases/recommend/search-policies.ts';
import { typeMixes } from '../../../src/use-cases/recommend/type-mixes.ts';

const HOUR_MS = 3_600_000;

function outcome(parts: Partial<Outcome> = {}): Outcome {
  return { realUsd: 10, shortMinutes: 5, launches: 4, evictions: 4, ...parts };
}

function candidate(min: number): Candidate {
  return { edits: [{ path: ['nodes', 'min'], value: min }] };
}

const judged = (min: number, parts: Partial<Outcome>): Judged => ({
  candidate: min === 0 ? { edits: [] } : candidate(min),
  outcome: outcome(parts),
});

describe('the search for a policy', () => {
  it('tries each candidate once over the sample, refines the best, and judges the best of all over the whole', async () => {
    const calls: [Stretch, string][] = [];
    const priceOf = ({ edits }: Candidate) => 10 - edits.reduce((sum, { value }) => sum + Number(value), 0);
    const whole = await searchPolicies({
      first: [candidate(1), candidate(3), candidate(2)],
      refine: (base) => [{ edits: [...base.edits, { path: ['nodes', 'max'], value: 1 }] }],
      simulate: async (one, stretch) => {
        calls.push([stretch, one.edits.map(({ value }) => value).join('+')]);
        return outcome({ realUsd: priceOf(one) });
      },
    });
    expect(calls.filter(([stretch]) => stretch === 'sample').map(([, name]) => name)).toEqual([
      '',
      '1',
      '3',
      '2',
      '3+1',
      '3+1+1',
    ]);
    expect(whole.map((one) => one.outcome.realUsd)).toEqual([10, 5, 6, 7]);
  });

  it('never takes what is cheaper and serves worse', () => {
    const cheapButShort = judged(1, { realUsd: 1, shortMinutes: 6 });
    const { cheapest, calmest } = chooseOptions([judged(0, {}), cheapButShort]);
    expect(cheapest.outcome).toEqual(outcome());
    expect(calmest.outcome).toEqual(outcome());
  });

  it('finds the cheapest, and the calmest that is no dearer than now', () => {
    const cheap = judged(1, { realUsd: 5, launches: 9 });
    const calm = judged(2, { realUsd: 9, launches: 1 });
    const dear = judged(3, { realUsd: 11, launches: 0, evictions: 0 });
    const { cheapest, calmest, now } = chooseOptions([judged(0, {}), cheap, calm, dear]);
    expect([cheapest, calmest, now].map((one) => one.outcome.realUsd)).toEqual([5, 9, 10]);
  });
});

describe('the candidates', () => {
  it('mix each share of spot with each list of types, the policy as it is among them', () => {
    const candidates = purchaseCandidates([['t3.small', 'm5.xlarge']]);
    expect(candidates).toHaveLength(4);
    expect(candidates[0]?.edits).toEqual([]);
  });

  it('refine within what the policy allows', () => {
    const policy = { ...defaultPolicy(), nodes: { ...defaultPolicy().nodes, min: 2, max: 5 } };
    const edits = refinements(candidate(2), policy).map((one) => one.edits.at(-1));
    expect(edits.map((edit) => [edit?.path.join('.'), edit?.value])).toEqual([
      ['nodes.min', 4],
      ['utilization.cpu.downPercent', 20],
      ['utilization.cpu.downPercent', 40],
      ['cost.cpuCredits.spot', 'standard'],
    ]);
  });

  it('take types of the same architecture that are cheap by the core, in all zones or in one', () => {
    expect(typeMixes(defaultPolicy())).toEqual([
      ['t3.small', 't3a.small', 'r7i.large'],
      ['t3.small', 't3a.small', 'm5.xlarge'],
      ['t3.small', 't3a.small', 'r7i.large', 'm5.xlarge'],
    ]);
    const { instances, ...rest } = defaultPolicy();
    const arm = { ...rest, instances: { ...instances, types: ['t4g.small'], zones: ['ap-southeast-1a'] } };
    for (const mix of typeMixes(arm)) expect(mix.every((name) => name.includes('g.'))).toBe(true);
  });
});

describe('the busiest days of a trace', () => {
  it('begin with a day of it, and are the first where all are alike', () => {
    const busyAt = (day: number) => ({ at: (ms: number) => (Math.floor(ms / HOUR_MS / 24) === day ? 9 : 1) });
    expect(busiestDays(busyAt(3), { hours: 168, sampleHours: 24 })).toBe(72);
    expect(busiestDays(busyAt(6), { hours: 168, sampleHours: 48 })).toBe(120);
    expect(busiestDays({ at: () => 1 }, { hours: 30, sampleHours: 30 })).toBe(0);
  });
});
