import type { Instance } from '../../../src/model/instance.ts';
import type { Lifecycle, Offering } from '../../../src/model/offering.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { PolicyIdentity } from '../../../src/model/policy-identity.ts';
import { type Signal, type Utilization, unknownUtilization } from '../../../src/model/signal.ts';

export const ZONES = ['ap-southeast-1a', 'ap-southeast-1b', 'ap-southeast-1c'];
/** What all workers of the bench are. */
export const TYPE = 'm6i.xlarge';
export const LIFECYCLE: Lifecycle = 'on-demand';

const STEP_MS = 15_000;
const WINDOW_MS = 900_000;
const ENDED_OPERATIONS = 1000;
const TYPES = [
  { type: TYPE, cores: 4, gib: 16, usdPerHour: 0.24 },
  { type: 'c6i.xlarge', cores: 4, gib: 8, usdPerHour: 0.196 },
  { type: 'm6i.2xlarge', cores: 8, gib: 32, usdPerHour: 0.48 },
  { type: 'm6i.4xlarge', cores: 16, gib: 64, usdPerHour: 0.96 },
];
const SPOT_SHARE = 0.4;

/** The instance behind the node of this index. */
export function instanceIdOf(index: number): string {
  return `i-${index.toString(16).padStart(17, '0')}`;
}

/** Four types in three zones under both lifecycles. */
export function benchOfferings(): readonly Offering[] {
  return TYPES.flatMap(({ type, cores, gib, usdPerHour }) =>
    ZONES.flatMap((zone) =>
      (['spot', 'on-demand'] as const).map((lifecycle) => ({
        type,
        zone,
        lifecycle,
        arch: 'amd64',
        priceUsdPerHour: usdPerHour * (lifecycle === 'spot' ? SPOT_SHARE : 1),
        allocatable: { cpuMillis: cores * 1000 - 100, memoryMiB: gib * 1024 - 1024, pods: 110 },
      })),
    ),
  );
}

/** The running instance of each node, launched by an operation that the ledger has forgotten. */
export function benchInstances(nodes: number): readonly Instance[] {
  return Array.from({ length: nodes }, (_, index) => ({
    id: instanceIdOf(index),
    type: TYPE,
    zone: ZONES[index % ZONES.length] ?? '',
    lifecycle: LIFECYCLE,
    state: 'running',
    launchedAtMs: 0,
    operationId: `launch-${index}`,
    priceUsdPerHour: 0.24,
  }));
}

/** The ledger: 1,000 launches that ended well long ago. */
export function benchOperations(policy: PolicyIdentity, nowMs: number): readonly Operation[] {
  const endedAtMs = nowMs - 12 * 3_600_000;
  return Array.from({ length: ENDED_OPERATIONS }, (_, index) => ({
    kind: 'launch',
    id: `launch-${index}`,
    decisionId: `decision-${index}`,
    policy,
    reasons: [{ code: 'pending-pods', text: 'pods waited' }],
    createdAtMs: endedAtMs - 60_000,
    deadlineMs: endedAtMs,
    endedAtMs,
    step: 'ready',
    offerings: [`${TYPE}/${ZONES[0] ?? ''}/${LIFECYCLE}`],
    attempt: 1,
    instanceId: instanceIdOf(index),
    faults: [],
    nominatedPods: [],
    startsCooldown: false,
  }));
}

/** CPU and memory that were the same for the last 15 minutes. */
export function benchUtilization(cpuPercent: number, memoryPercent: number, nowMs: number): Utilization {
  return {
    ...unknownUtilization('the bench does not measure it'),
    cpuPercent: steady(cpuPercent, nowMs),
    memoryPercent: steady(memoryPercent, nowMs),
  };
}

function steady(value: number, nowMs: number): Signal {
  const count = WINDOW_MS / STEP_MS + 1;
  const samples = Array.from({ length: count }, (_, i) => ({
    atMs: nowMs - (count - 1 - i) * STEP_MS,
    value,
  }));
  return { status: 'known', samples, stepMs: STEP_MS, coverage: 1 };
}
