import type { Policy } from '../../policy/policy-schema.ts';
import type { PolicyEdit } from './policy-edit.ts';

/** A change of the policy that may be worth it. */
export interface Candidate {
  readonly edits: readonly PolicyEdit[];
}

export const AS_NOW: Candidate = { edits: [] };

/** Spot shares that are tried: one on-demand worker stays, so that a loss of all spot at once leaves one. */
const SHARES = [{ percent: 100, onDemandBase: 1 }] as const;
/** CPU below which the fleet may shrink, in percent, beside the policy's own. */
const DOWN_PERCENTS = [20, 40] as const;
/** Steps of nodes.min above the policy's own. */
const MORE_WORKERS = [2, 4] as const;

/** The shares of spot and lists of types that are tried with one another; what stands now is among them. */
export function purchaseCandidates(typeMixes: readonly (readonly string[])[]): readonly Candidate[] {
  const shares: readonly (readonly PolicyEdit[])[] = [[], ...SHARES.map(shareEdits)];
  const types: readonly (readonly PolicyEdit[])[] = [
    [],
    ...typeMixes.map((mix): readonly PolicyEdit[] => [{ path: ['instances', 'types'], value: mix }]),
  ];
  return shares.flatMap((share) => types.map((some) => ({ edits: [...share, ...some] })));
}

/** What is tried on the best of those: a larger minimum, another threshold for shrinking, another credit mode. */
export function refinements(base: Candidate, policy: Policy): readonly Candidate[] {
  const { nodes, utilization, cost } = policy;
  const more = MORE_WORKERS.map((step) => nodes.min + step)
    .filter((min) => min <= nodes.max)
    .map((value): PolicyEdit => ({ path: ['nodes', 'min'], value }));
  const down = DOWN_PERCENTS.filter(
    (percent) => percent !== utilization.cpu.downPercent && percent < utilization.cpu.upPercent,
  ).map((value): PolicyEdit => ({ path: ['utilization', 'cpu', 'downPercent'], value }));
  const mode = cost.cpuCredits.spot === 'unlimited' ? 'standard' : 'unlimited';
  const credits: PolicyEdit = { path: ['cost', 'cpuCredits', 'spot'], value: mode };
  return [...more, ...down, credits].map((edit) => ({ edits: [...base.edits, edit] }));
}

function shareEdits({ percent, onDemandBase }: (typeof SHARES)[number]): readonly PolicyEdit[] {
  return [
    { path: ['spot', 'percent'], value: percent },
    { path: ['spot', 'onDemandBase'], value: onDemandBase },
  ];
}
