import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { parseOfferingKey } from '../../model/offering.ts';
import { CANCELLED, type LaunchOperation, type Operation, startedBy } from '../../model/operation.ts';
import { workerLaunchesIn } from './operation-lists.ts';

/** What became of one machine that was bought to be a worker. */
export interface JoinTrial {
  readonly type: string;
  readonly zone: string;
  readonly joined: boolean;
  /** When that was known. */
  readonly atMs: number;
  /** From EC2's answer to the ready node, in milliseconds; `undefined` where it did not join, or was only started. */
  readonly tookMs: number | undefined;
}

/** Machines in a row that did not join, back to the last that did. */
export interface JoinFailures {
  readonly failures: number;
  readonly lastMs: number;
  /** The zones that they were in. */
  readonly zones: ReadonlySet<string>;
}

/** Launches that got a machine and have ended, by what became of it, the earliest first; of the same moment those that failed. */
export const endedJoinsIn = memoizeByIdentity(
  (operations: readonly Operation[]): readonly LaunchOperation[] =>
    workerLaunchesIn(operations)
      .filter((launch) => launch.endedAtMs !== undefined)
      .filter((launch) => launch.step === 'ready' || launch.instanceId !== undefined)
      .filter((launch) => launch.outcome?.code !== CANCELLED)
      .sort((a, b) => (a.endedAtMs ?? 0) - (b.endedAtMs ?? 0) || (b.step === 'ready' ? -1 : 1)),
);

/** The same, as facts about what was bought; what is not known to have been bought is left out. */
export const joinTrialsIn = memoizeByIdentity((operations: readonly Operation[]): readonly JoinTrial[] =>
  endedJoinsIn(operations).flatMap((launch): JoinTrial[] => {
    const { step, launchedAtMs, endedAtMs: atMs = 0 } = launch;
    const bought = parseOfferingKey(launch.offering ?? launch.offerings[0]);
    if (bought === undefined) return [];
    const { type, zone } = bought;
    const joined = step === 'ready';
    // One that was started from the warm pool had joined before.
    const isMeasured = joined && launchedAtMs !== undefined && startedBy(launch) === undefined;
    const tookMs = isMeasured ? Math.max(0, atMs - launchedAtMs) : undefined;
    return [{ type, zone, joined, atMs, tookMs }];
  }),
);

/** Failures in a row by a trait of what was bought; a trait whose last machine joined is not in it. */
export function failuresBy(
  trials: readonly JoinTrial[],
  traitOf: (trial: JoinTrial) => string,
): ReadonlyMap<string, JoinFailures> {
  const rows = new Map<string, JoinFailures>();
  for (const trial of trials) {
    const trait = traitOf(trial);
    if (trial.joined) {
      rows.delete(trait);
      continue;
    }
    const { failures = 0, zones = [] } = rows.get(trait) ?? {};
    rows.set(trait, { failures: failures + 1, lastMs: trial.atMs, zones: new Set([...zones, trial.zone]) });
  }
  return rows;
}
