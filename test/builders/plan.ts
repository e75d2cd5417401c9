import type { Plan } from '../../src/model/plan.ts';

/** A decision that changes nothing. */
export function aPlan(parts: Partial<Plan> = {}): Plan {
  return {
    decisionId: 'd-1',
    decidedAtMs: 0,
    policy: { digest: `sha256:${'0'.repeat(64)}`, revision: 'main@sha1:1' },
    demands: [],
    currentNodes: 2,
    desiredNodes: 2,
    actions: [],
    refusals: [],
    kept: [],
    ...parts,
  };
}
