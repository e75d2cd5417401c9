import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { parseOfferingKey } from '../../model/offering.ts';
import type { LaunchFault, LaunchOperation, Operation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import { backoffMs } from '../../time/backoff.ts';
import { secondsText } from '../text/wording.ts';
import { endedJoinsIn } from './join-history.ts';
import { workerLaunchesIn } from './operation-lists.ts';

/** Denied permissions and wrong configuration do not mend themselves; trying again is only for the case that a person mended them. */
const FAULT_PAUSE_MS = 600_000;
/** The stop after too many failed joins, and the cap of the doubling pauses before it. */
const MAX_PAUSE_MS = 1_800_000;

/** Why and until when nothing at all may be launched. */
export interface LaunchPause {
  readonly untilMs: number;
  readonly reason: Reason;
}

/** What pauses are judged by. */
interface PauseQuery {
  readonly nowMs: number;
  /** Of the policy in force. */
  readonly digest: string;
}

/**
 * Reads from the ledger whether launching pauses: after machines that were bought and never joined (`failurePauseSeconds`,
 * doubled with each further one; 30 minutes after `maxConsecutiveFailures`, sooner with another policy), unless one zone or one type
 * explains them all and there are others; and for ten minutes after a call that was denied or malformed. A launch that became ready
 * ends the row of failures.
 */
export function launchPauseOf(
  operations: readonly Operation[],
  policy: Pick<Policy, 'launch' | 'instances'>,
  at: PauseQuery,
): LaunchPause | undefined {
  const pauses = [pauseAfterFailedJoins(operations, policy, at), pauseAfterFault(operations, at)];
  return pauses
    .filter((pause) => pause !== undefined)
    .filter((pause) => pause.untilMs > at.nowMs)
    .sort((a, b) => b.untilMs - a.untilMs)[0];
}

function pauseAfterFailedJoins(
  operations: readonly Operation[],
  { launch: policy, instances }: Pick<Policy, 'launch' | 'instances'>,
  at: PauseQuery,
): LaunchPause | undefined {
  const failures = failedJoinsInARow(operations);
  const last = failures[0];
  if (last === undefined || isOfOnePool(failures, instances)) return undefined;
  const lastMs = Math.min(last.endedAtMs ?? at.nowMs, at.nowMs);
  const underThisPolicy = failures.filter((failure) => failure.policy.digest === at.digest).length;
  const isStopped = underThisPolicy >= policy.maxConsecutiveFailures;
  const backoff = { firstMs: policy.failurePauseSeconds * 1000, maxMs: MAX_PAUSE_MS };
  const pauseMs = isStopped ? MAX_PAUSE_MS : backoffMs(underThisPolicy, backoff);
  const untilMs = lastMs + pauseMs;
  const left = secondsText(untilMs - at.nowMs);
  const count = failures.length;
  const text = isStopped
    ? `launching stopped after ${count} instances in a row that never joined; it tries again in ${left}, sooner with a changed policy`
    : `launching pauses for another ${left} after ${count} instance(s) in a row that never joined`;
  const facts = { failures: count, untilMs };
  return { untilMs, reason: { code: isStopped ? 'launching-stopped' : 'launch-pause', text, facts } };
}

/** Launches that got an instance which never became ready, the latest first, back to the last success. */
const failedJoinsInARow = memoizeByIdentity(
  (operations: readonly Operation[]): readonly LaunchOperation[] => {
    const ended = endedJoinsIn(operations).toReversed();
    const success = ended.findIndex((launch) => launch.step === 'ready');
    return success === -1 ? ended : ended.slice(0, success);
  },
);

/** Whether the machines were all of one zone, or of one type, though the policy names others: then that one rests alone. */
function isOfOnePool(failures: readonly LaunchOperation[], { zones, types }: Policy['instances']): boolean {
  const bought = failures.map((launch) => parseOfferingKey(launch.offering ?? launch.offerings[0]));
  const isOneZone = new Set(bought.map((parts) => parts?.zone)).size === 1;
  const isOneType = new Set(bought.map((parts) => parts?.type)).size === 1;
  return (isOneZone && zones.length > 1) || (isOneType && types.length > 1);
}

function pauseAfterFault(operations: readonly Operation[], at: PauseQuery): LaunchPause | undefined {
  const last = pausingFaults(operations).find(({ fault, launch }) =>
    pausesAllLaunches(fault, launch, at.digest),
  )?.fault;
  if (last === undefined) return undefined;
  const untilMs = Math.min(last.atMs, at.nowMs) + FAULT_PAUSE_MS;
  const what = last.class === 'authorization' ? 'was denied' : 'was refused as wrongly configured';
  return {
    untilMs,
    reason: {
      code: last.class === 'authorization' ? 'launch-authorization' : 'launch-configuration',
      text: `a launch ${what} (${last.code}: ${last.message}); it needs manual repair, the next attempt is in ${secondsText(untilMs - at.nowMs)}`,
      facts: { code: last.code, untilMs },
    },
  };
}

/** What does not mend itself, the latest first. */
const pausingFaults = memoizeByIdentity((operations: readonly Operation[]) =>
  workerLaunchesIn(operations)
    .flatMap((launch) => launch.faults.map((fault) => ({ fault, launch })))
    .filter(({ fault }) => fault.class === 'authorization' || fault.class === 'configuration')
    .sort((a, b) => b.fault.atMs - a.fault.atMs),
);

/** A wrong configuration may have come with a policy, so another policy is tried at once. */
function pausesAllLaunches(fault: LaunchFault, launch: LaunchOperation, digest: string): boolean {
  if (fault.class === 'authorization') return true;
  return fault.class === 'configuration' && launch.policy.digest === digest;
}
