import { seededRandom } from '../packing/diverse-pods.ts';
import { type Workload, workloadOf } from './raw-workloads.ts';

/** A situation that a round of deciding meets, at any size of the fleet. */
export interface DecideScenario {
  readonly name: string;
  readonly pending: readonly Workload[];
  readonly onEachNode?: Workload;
  readonly allocatableCpuMillis: number;
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  /** Parts of the policy that differ from the shipped one. */
  readonly policy?: object;
  /** Bound pods that are replaced before each round. */
  readonly changes: number;
  /** Whether each round is at the time of a look for replacements, ten minutes after the one before. */
  readonly isLook?: boolean;
  /** What the plan must be, so that the figure is of the situation that is meant. */
  readonly expects: 'nothing' | 'launch' | 'remove';
}

/** No workload of the standing pods has such an index. */
const FIRST_PENDING = 1_000_000;
/** A pod that fits on an empty node of the smaller types only. */
const WHOLE_NODE_MILLIS = 3_700;

const base = {
  pending: [],
  allocatableCpuMillis: 3_900,
  cpuPercent: 60,
  memoryPercent: 60,
  changes: 10,
  expects: 'nothing',
} as const;

/** No other node has room for the big pod of a node. */
const withBigPods = {
  allocatableCpuMillis: 5_900,
  onEachNode: workloadOf(FIRST_PENDING - 1, 2, (choices) => choices - 1, 3_000),
};

/** The situations of docs/benchmarks.md. */
export const DECIDE_SCENARIOS: readonly DecideScenario[] = [
  { ...base, name: 'same-view', changes: 0 },
  { ...base, name: 'steady' },
  { ...base, name: 'five-pending', pending: pending(5, 1, 100) },
  { ...base, name: 'twelve-pending', pending: pending(4, 3, WHOLE_NODE_MILLIS), expects: 'launch' },
  {
    ...base,
    name: 'many-pending',
    pending: [...pending(24, 20), ...pending(5, 4, WHOLE_NODE_MILLIS, 100)],
    expects: 'launch',
  },
  { ...base, name: 'removal', cpuPercent: 10, memoryPercent: 10, expects: 'remove' },
  {
    ...base,
    name: 'no-removal',
    cpuPercent: 10,
    memoryPercent: 10,
    ...withBigPods,
  },
  {
    ...base,
    name: 'consolidation',
    ...withBigPods,
    cpuPercent: 40,
    isLook: true,
    expects: 'launch',
  },
  {
    ...base,
    name: 'consolidation-idle',
    cpuPercent: 40,
    isLook: true,
    policy: { consolidation: { minSavingPercent: 90 } },
  },
];

function pending(workloads: number, replicas: number, cpuMillis?: number, from = 0): readonly Workload[] {
  const draw = seededRandom(11);
  return Array.from({ length: workloads }, (_, i) =>
    workloadOf(FIRST_PENDING + from + i, replicas, draw, cpuMillis),
  );
}
