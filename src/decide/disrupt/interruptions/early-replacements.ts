import type { InterruptionKind } from '../../../model/interruption.ts';
import { memoizeByIdentity } from '../../../model/memoize-by-identity.ts';
import { hasEnded, type LaunchOperation, type Operation } from '../../../model/operation.ts';
import type { Refusal } from '../../../model/plan.ts';
import type { Reason } from '../../../model/reason.ts';
import { floorOf } from '../../launch/demands/floor.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Disruption, WantedRemoval } from '../../state/disruption.ts';
import type { Worker } from '../../state/fleet.ts';
import { launchesIn } from '../../state/operation-lists.ts';
import { replacementRequest } from '../../state/replacement.ts';
import { protectionsFor } from '../rules/protections.ts';
import { relocationsIn } from '../rules/relocation.ts';

/** How long a node that is only cordoned waits for the warning that the hint spoke of. */
const CORDON_HOLD_MS = 900_000;
/** A replacement that has been ready for so long while the node could not go serves others by now. */
const USED_UP_AFTER_MS = 1_800_000;
/** A place that so many could not free needs a person. */
const MOST_REPLACEMENTS = 3;

interface Candidate {
  readonly worker: Worker & { readonly node: NonNullable<Worker['node']> };
  readonly instanceId: string;
  readonly kind: 'rebalance' | 'maintenance';
}

/**
 * What follows from rebalance recommendations and scheduled maintenance (F68): there is time, so every rule that protects a node
 * from shrinking holds here, too, and one goes after another. The replacement comes first where the pods would not fit elsewhere.
 */
export function replaceEarly(context: DecisionContext): Disruption {
  const candidates = candidatesOf(context);
  const refusals: Refusal[] = [];
  for (const [at, candidate] of candidates.entries()) {
    const waitFor = (id: string, from: number) =>
      candidates.slice(from).map((one) => refusal(one, waitsForOther(id)));
    const busy = inFlight(context, candidate.instanceId);
    if (busy !== undefined) return { refusals: [...refusals, ...waitFor(busy.id, at)] };
    const step = stepFor(candidate, context);
    refusals.push(...(step.refusals ?? []));
    if (holdsOthers(step, candidate, context))
      return { ...step, refusals: [...refusals, ...waitFor(candidate.worker.id, at + 1)] };
  }
  return { refusals };
}

/** One that can go no further now holds none of the others back, but for a while where its replacement waits for it. */
function holdsOthers(step: Disruption, { instanceId }: Candidate, context: DecisionContext): boolean {
  if (step.removals !== undefined || step.replacements !== undefined) return true;
  return unusedReplacementOf(instanceId, context)?.step === 'ready';
}

function stepFor(candidate: Candidate, context: DecisionContext): Disruption {
  const { worker, kind, instanceId } = candidate;
  if (kind === 'rebalance' && context.policy.spot.rebalance === 'cordon')
    return { removals: [hold(candidate, context)] };
  const protectedBy = protectionsFor(context).of(worker);
  const replacement = unusedReplacementOf(instanceId, context);
  // The last node of a zone, or of the on-demand base, may go once another is there.
  if (protectedBy !== undefined && (replacement?.step === 'ready' || !isAboutPlace(protectedBy)))
    return { refusals: [refusal(candidate, protectedBy)] };
  const missing = protectedBy ?? belowFloor(context) ?? relocationsIn(context).of(worker);
  if (missing === undefined) return { removals: [drain(candidate, context)] };
  if (replacement !== undefined) return { refusals: [refusal(candidate, missing)] };
  const nodeRequest = replacementRequest({ instanceId, interruption: kind }, context.snapshot, whyOf(kind));
  return { replacements: [nodeRequest] };
}

/** The launch that replaces the instance, unless others have used it up since; the last of them counts always. */
function unusedReplacementOf(
  instanceId: string,
  { snapshot, nowMs }: DecisionContext,
): LaunchOperation | undefined {
  const all = launchesIn(snapshot.operations).filter(
    ({ replaces, step }) => replaces?.instanceId === instanceId && step !== 'failed' && step !== 'undoing',
  );
  const isUsedUp = ({ step, endedAtMs = nowMs }: LaunchOperation) =>
    step === 'ready' && nowMs - endedAtMs >= USED_UP_AFTER_MS;
  return all.find((launch) => !isUsedUp(launch)) ?? (all.length < MOST_REPLACEMENTS ? undefined : all.at(-1));
}

function candidatesOf({ snapshot, fleet, policy }: DecisionContext): readonly Candidate[] {
  // After a restart the ledger knows what was begun.
  const announced = new Map(begunIn(snapshot.operations));
  for (const { kind, instanceId } of snapshot.interruptions)
    if (isEarly(kind)) announced.set(instanceId, kind);
  if (announced.size === 0) return [];
  return fleet.workers.flatMap((worker): Candidate[] => {
    const { node } = worker;
    const instanceId = node?.instanceId;
    const kind = instanceId === undefined ? undefined : announced.get(instanceId);
    if (node === undefined || instanceId === undefined || kind === undefined || !node.isReady) return [];
    if (
      kind === 'rebalance' &&
      (policy.spot.rebalance === 'ignore' || wasTried(instanceId, snapshot.operations))
    )
      return [];
    return [{ worker: { ...worker, node }, instanceId, kind }];
  });
}

/** Instances that were replaced early, and why. */
const begunIn = memoizeByIdentity(
  (operations: readonly Operation[]): ReadonlyMap<string, Candidate['kind']> => {
    const begun = new Map<string, Candidate['kind']>();
    for (const { replaces } of launchesIn(operations)) {
      if (replaces !== undefined && isEarly(replaces.interruption))
        begun.set(replaces.instanceId, replaces.interruption);
    }
    return begun;
  },
);

/** A hint is followed once; maintenance comes whatever became of the first drain. */
function wasTried(instanceId: string, operations: readonly Operation[]): boolean {
  return operations.some(
    (o) => o.kind === 'remove' && o.instanceId === instanceId && o.interruption === 'rebalance',
  );
}

function inFlight({ snapshot }: DecisionContext, instanceId: string): Operation | undefined {
  return snapshot.operations.find((o) => {
    if (hasEnded(o)) return false;
    if (o.kind === 'remove') return isEarly(o.interruption) && o.isCordonOnly !== true;
    return isEarly(o.replaces?.interruption) && o.replaces?.instanceId !== instanceId;
  });
}

function isEarly(kind: InterruptionKind | undefined): kind is Candidate['kind'] {
  return kind === 'rebalance' || kind === 'maintenance';
}

function isAboutPlace({ code }: Reason): boolean {
  return code === 'last-in-zone' || code === 'on-demand-base';
}

function belowFloor(context: DecisionContext): Reason | undefined {
  const floor = floorOf(context);
  return context.fleet.workers.length > floor.nodes ? undefined : floor.shrinkReason;
}

function drain({ worker, kind, instanceId }: Candidate, { policy, nowMs }: DecisionContext): WantedRemoval {
  const text = `${worker.id} is replaced: ${whyOf(kind)}`;
  return {
    nodeName: worker.node.name,
    instanceId,
    reasons: [{ code: kind, text }],
    deadlineMs: nowMs + policy.shrink.drainTimeoutSeconds * 1000,
    graceLimitSeconds: policy.shrink.graceLimitSeconds,
    interruption: kind,
  };
}

function hold(candidate: Candidate, context: DecisionContext): WantedRemoval {
  const text = `${candidate.worker.id} takes no more pods: ${whyOf(candidate.kind)}`;
  return {
    ...drain(candidate, context),
    reasons: [{ code: candidate.kind, text }],
    deadlineMs: context.nowMs + CORDON_HOLD_MS,
    isCordonOnly: true,
  };
}

function whyOf(kind: Candidate['kind']): string {
  return kind === 'rebalance'
    ? 'EC2 reports an elevated interruption risk (rebalance recommendation)'
    : 'AWS has scheduled maintenance of its instance';
}

function waitsForOther(id: string): Reason {
  return { code: 'others-first', text: `${id} is replaced first` };
}

function refusal({ worker, kind }: Candidate, { code, text }: Reason): Refusal {
  const full = `${worker.id} should be replaced, since ${whyOf(kind)}, and is not yet: ${text}`;
  return { what: 'shrink', subject: worker.node.name, reason: { code, text: full } };
}
