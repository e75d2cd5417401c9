import { hasEnded, type Operation } from '../../src/model/operation.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';
import { NEVER_DISTURBED } from '../../src/simulate/judge/disturbances.ts';
import type { ObservedWorld } from '../../src/simulate/judge/observed-world.ts';
import { aLaunch, aNode, anInstance } from './fleet.ts';

const B = 'ap-southeast-1b';
const OLD_MS = 3_600_000;
const DIGEST = aLaunch().policy.digest;

export type ObservedWorldParts = Partial<Omit<ObservedWorld, 'cluster' | 'operation' | 'unended'>> & {
  readonly cluster?: Partial<ObservedWorld['cluster']>;
  readonly operations?: readonly Operation[];
};

/** Three ready workers, two zones, nothing going on. */
export function anObservedWorld({
  cluster,
  operations = [],
  ...parts
}: ObservedWorldParts = {}): ObservedWorld {
  return {
    nowMs: OLD_MS,
    elapsedMs: OLD_MS,
    disturbedUntil: NEVER_DISTURBED,
    demandMillis: 1_000,
    skewMs: 0,
    isFaulty: false,
    policy: policySchema.parse({ nodes: { min: 2, max: 3 } }),
    cluster: {
      nodes: [aNode(), aNode({ name: 'i-2' }), aNode({ name: 'i-3', zone: B })],
      pods: [],
      budgets: [],
      daemons: [],
      ...cluster,
    },
    instances: [
      anInstance({ operationId: 'op-a' }),
      anInstance({ id: 'i-2', operationId: 'op-b' }),
      anInstance({ id: 'i-3', zone: B, operationId: 'op-c' }),
    ],
    operation: (id) => operations.find((o) => o.id === id),
    unended: () => operations.filter((one) => !hasEnded(one)),
    decision: () => ({ digest: DIGEST, atMs: OLD_MS }),
    ended: () => [],
    unknownLoadMs: () => 0,
    cpuPercentAt: () => 10,
    skewedAtMs: 0,
    isLeader: () => true,
    policyOf: () => policySchema.parse({ nodes: { min: 2, max: 3 } }),
    isNoticed: () => false,
    ...parts,
  };
}
