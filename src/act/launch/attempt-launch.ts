import type { Instance } from '../../model/instance.ts';
import { type Lifecycle, type OfferingKey, offeringKey, parseOfferingKey } from '../../model/offering.ts';
import { instanceOf, type LaunchFault, type LaunchOperation, startedBy } from '../../model/operation.ts';
import type { CloudFault, LaunchOutcome } from '../../model/outcome.ts';
import type { Reason } from '../../model/reason.ts';
import { PortError } from '../../ports.ts';
import { backoffMs } from '../../time/backoff.ts';
import type { ActContext } from '../core/act-ports.ts';
import { notify, warn } from '../core/notice.ts';
import { transition, type Progress, park, requeueAt } from '../core/progress.ts';
import { launchTags } from './launch-tags.ts';
import { type StartedInstance, type StartOutcome, startWarm } from './start-warm.ts';

const RETRY = { firstMs: 1_000, maxMs: 30_000 } as const;
/** More faults than this are not kept: the oldest go. */
const MAX_FAULTS = 20;

/** What became of one attempt: the machine that runs now or is about to, and the faults met on the way. */
interface Attempted {
  readonly made: StartedInstance | undefined;
  readonly faults: readonly CloudFault[];
}

/**
 * Asks EC2 for the instance, a stopped one of the warm pool first where the launch names one. The same token is repeated while the outcome is unknown (F20, F28); a new one is taken only
 * after a definite refusal, for the offerings of the next pool (F24, R39, R70).
 */
export async function attemptLaunch(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if (!ports.leadership.isLeader()) return park(operation);
  const nowMs = ports.clock.now();
  if (nowMs >= operation.deadlineMs) {
    return giveUp(operation, overdue(operation, nowMs), ports, signal);
  }
  if (operation.retryAtMs !== undefined && nowMs < operation.retryAtMs) {
    return requeueAt(operation, Math.min(operation.retryAtMs, operation.deadlineMs));
  }
  const warm = startedBy(operation);
  if (warm !== undefined)
    return applyStartOutcome(operation, await startWarm(warm, ports, signal), ports, signal);
  const offerings = offeringsOfAttempt(operation);
  const lifecycle = offerings[0] === undefined ? undefined : lifecycleOf(offerings[0]);
  if (lifecycle === undefined) return giveUp(operation, noCapacity(operation), ports, signal);
  const { instance, faults } = await requestInstance(operation, { offerings, lifecycle }, ports, signal);
  if (signal.aborted && instance === undefined) return park(operation);
  return applyLaunchOutcome(operation, { made: instance && launchedFields(instance), faults }, ports, signal);
}

/**
 * What this attempt may buy; each definite refusal moves on to the next pool: spot one zone after another, in their order, since EC2
 * chooses freely among all that one call for spot names; then on-demand, whose order EC2 keeps.
 */
export function offeringsOfAttempt(operation: LaunchOperation): readonly OfferingKey[] {
  const pools = [...Map.groupBy(operation.offerings, poolOf).values()];
  // The first attempt of a launch that starts a stopped instance buys nothing.
  return pools[operation.attempt - (operation.starts === undefined ? 1 : 2)] ?? [];
}

function poolOf(key: OfferingKey): string {
  const { lifecycle, zone } = parseOfferingKey(key);
  return lifecycle === 'spot' ? `spot in ${zone}` : lifecycle;
}

function lifecycleOf(key: OfferingKey): Lifecycle {
  return parseOfferingKey(key).lifecycle;
}

async function requestInstance(
  operation: LaunchOperation,
  wanted: { readonly offerings: readonly OfferingKey[]; readonly lifecycle: Lifecycle },
  ports: ActContext,
  signal: AbortSignal,
): Promise<LaunchOutcome> {
  const request = {
    clientToken: `${operation.id}.${operation.attempt}`,
    operationId: operation.id,
    offerings: wanted.offerings,
    tags: launchTags(operation, wanted.lifecycle, ports.clusterName),
  };
  try {
    const outcome = await ports.cloud.launch(request, signal);
    if (!outcome.faults.some((fault) => fault.class === 'token-mismatch')) return outcome;
    const made = instanceOf(operation, (await ports.instances.list({ maxAgeMs: 0, signal })).instances);
    return { instance: outcome.instance ?? made, faults: outcome.faults };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return {
      instance: undefined,
      faults: [{ class: error.retry, code: error.code, message: error.message, offerings: [] }],
    };
  }
}

/** A stopped instance that certainly does not start costs nothing but the speed: the launch buys one instead. */
function applyStartOutcome(
  operation: LaunchOperation,
  { made, fault }: StartOutcome,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if (fault === undefined || fault.class === 'transient') {
    if (signal.aborted && made === undefined) return Promise.resolve(park(operation));
    return applyLaunchOutcome(operation, { made, faults: fault === undefined ? [] : [fault] }, ports, signal);
  }
  const { instanceId, ...rest } = operation;
  // A denied start must not pause launching as a denied launch does; only a lack of capacity speaks of the offering.
  const newFaults = fault.class === 'capacity' ? [{ ...fault, atMs: ports.clock.now() }] : [];
  const next = { ...rest, attempt: operation.attempt + 1, faults: [...operation.faults, ...newFaults] };
  const text = `Instance ${instanceId} of the warm pool did not start, one is launched instead: ${fault.message}`;
  warn(operation, { code: 'warm-start-failed', text, facts: { code: fault.code } }, ports);
  return transition(next, ports, signal);
}

function applyLaunchOutcome(
  operation: LaunchOperation,
  { made, faults }: Attempted,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  const nowMs = ports.clock.now();
  const newFaults = faults.map((fault): LaunchFault => ({ ...fault, atMs: nowMs }));
  const { retryAtMs: _, ...rest } = operation;
  const withFaults = { ...rest, faults: [...operation.faults, ...newFaults].slice(-MAX_FAULTS) };
  if (made !== undefined) {
    const deadlineMs = joinDeadlineMs(operation, nowMs);
    return transition({ ...withFaults, step: 'launched', ...made, deadlineMs }, ports, signal);
  }
  const final = faults.find(isFinal);
  if (final !== undefined) return giveUp(withFaults, refusal(final), ports, signal);
  if (faults.some((fault) => fault.class === 'capacity' || fault.class === 'spot-only')) {
    const isSpotRefused = faults.some((fault) => fault.class === 'spot-only');
    return attemptNext(withFaults, isSpotRefused, { ports, signal });
  }
  return retryLater(withFaults, nowMs, ports, signal);
}

/** Within the deadline of the whole, what EC2 took to answer is not taken off the time that the machine has to join. */
function joinDeadlineMs({ deadlineMs, joinWithinMs }: LaunchOperation, nowMs: number): number {
  return joinWithinMs === undefined ? deadlineMs : Math.min(deadlineMs, nowMs + joinWithinMs);
}

/** No retry and no fallback can help: a person must act (F27, F29-F31). */
function isFinal(fault: CloudFault): boolean {
  return fault.class === 'quota' || fault.class === 'authorization' || fault.class === 'configuration';
}

function launchedFields(instance: Instance): StartedInstance {
  return {
    instanceId: instance.id,
    launchedAtMs: instance.launchedAtMs,
    offering: offeringKey(instance),
  };
}

function attemptNext(
  operation: LaunchOperation,
  isSpotRefused: boolean,
  { ports, signal }: { readonly ports: ActContext; readonly signal: AbortSignal },
): Promise<Progress<LaunchOperation>> {
  const refused = offeringsOfAttempt(operation);
  const next = nextAttempt(operation, isSpotRefused);
  const offerings = offeringsOfAttempt(next);
  if (offerings.length === 0) return giveUp(operation, noCapacity(operation), ports, signal);
  const text = `No capacity for ${refused.join(', ')}: trying ${offerings.join(', ')}.`;
  const reason: Reason = { code: 'launch-fallback', text };
  notify('info', { operation, reason, subject: { kind: 'fleet' } }, ports);
  return transition(next, ports, signal);
}

/** Where spot was refused altogether, no other zone is asked for it. */
function nextAttempt(operation: LaunchOperation, isSpotRefused: boolean): LaunchOperation {
  const next = { ...operation, attempt: operation.attempt + 1 };
  const [first] = offeringsOfAttempt(next);
  const isSpot = first !== undefined && lifecycleOf(first) === 'spot';
  return isSpotRefused && isSpot ? nextAttempt(next, isSpotRefused) : next;
}

async function retryLater(
  operation: LaunchOperation,
  nowMs: number,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  const unknown = operation.faults.filter(isOutcomeUnknown).length;
  const next = { ...operation, retryAtMs: nowMs + backoffMs(unknown, RETRY) };
  await transition(next, ports, signal);
  return requeueAt(next, Math.min(next.retryAtMs, next.deadlineMs));
}

/** After such a fault an instance may exist although no answer named it. */
function isOutcomeUnknown(fault: LaunchFault): boolean {
  return fault.class === 'transient' || fault.class === 'token-mismatch';
}

function giveUp(
  operation: LaunchOperation,
  outcome: Reason,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  warn(operation, outcome, ports);
  // A stopped instance that it may have started is its own to end.
  if (operation.instanceId !== undefined || operation.faults.some(isOutcomeUnknown)) {
    return transition({ ...operation, step: 'undoing', outcome }, ports, signal);
  }
  return transition({ ...operation, step: 'failed', outcome, endedAtMs: ports.clock.now() }, ports, signal);
}

function noCapacity(operation: LaunchOperation): Reason {
  return {
    code: 'no-capacity',
    text: `None of the ${operation.offerings.length} offerings had capacity: ${operation.offerings.join(', ')}.`,
    facts: { offerings: operation.offerings.length, attempts: operation.attempt },
  };
}

function refusal(fault: CloudFault): Reason {
  const remedy = {
    quota: 'Ask AWS for a higher quota, or allow other types.',
    authorization: "Check the autoscaler's IAM role.",
    configuration: 'Check the launch template and what it names.',
  } as const;
  const kind = fault.class === 'quota' || fault.class === 'authorization' ? fault.class : 'configuration';
  const text = `EC2 refused the launch with ${fault.code}: ${fault.message} ${remedy[kind]}`;
  return { code: `launch-${kind}`, text, facts: { code: fault.code } };
}

function overdue(operation: LaunchOperation, nowMs: number): Reason {
  const last = operation.faults.at(-1);
  const seconds = Math.round((nowMs - operation.createdAtMs) / 1_000);
  const why = last === undefined ? 'EC2 was not asked in time' : `the last answer was ${last.code}`;
  return {
    code: 'launch-timeout',
    text: `No instance after ${seconds} s and ${operation.faults.length} faults: ${why}.`,
    facts: { seconds, faults: operation.faults.length },
  };
}
