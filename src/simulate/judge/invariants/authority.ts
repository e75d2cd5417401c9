import type { Instance } from '../../../model/instance.ts';
import type { Operation } from '../../../model/operation.ts';
import { TAG } from '../../../model/tags.ts';
import type { ObservedWorld, WorldWrite } from '../observed-world.ts';
import { operationOn } from './serving.ts';

/** How long a step may be repeated after its end was written down, since the answer to that write was lost. */
const REPEATED_MS = 120_000;

export function violationOfLease(write: WorldWrite, observed: ObservedWorld): string | undefined {
  const isEffect = write.kind === 'launched' || write.kind === 'started' || write.kind === 'evicted';
  if (isEffect || observed.isLeader()) return undefined;
  return `${write.kind} without the lease`;
}

export function violationOfDecision(write: WorldWrite, observed: ObservedWorld): string | undefined {
  switch (write.kind) {
    case 'launch': {
      const { tags, operationId } = write.request;
      const decision = tags[TAG.decision] ?? observed.operation(operationId)?.decisionId;
      return violationOfNaming(`launch ${operationId}`, decision, tags[TAG.policyDigest], observed);
    }
    case 'start':
      return violationOfDecisionBy(
        write.kind,
        write.instanceId,
        operationOn(write.instanceId, observed),
        observed,
      );
    case 'terminate':
    case 'stop': {
      const { instance } = write;
      return violationOfDecisionBy(write.kind, instance.id, operationEnding(instance, observed), observed);
    }
    case 'cordon': {
      const operation = observed.operation(write.operationId);
      return violationOfNaming(
        `cordon ${write.nodeName}`,
        operation?.decisionId,
        operation?.policy.digest,
        observed,
      );
    }
    default:
      return undefined;
  }
}

/** A launch whose answer was lost is undone before the ledger knows the instance, which bears the launch's name. */
function operationEnding({ id, operationId = '' }: Instance, observed: ObservedWorld): Operation | undefined {
  const launch = observed.unended().find((one) => one.id === operationId);
  return operationOn(id, observed) ?? launch ?? removalJustEnded(id, observed);
}

/** The removal of the instance that ended a moment ago: its process may not have heard that the last step was kept. */
function removalJustEnded(instanceId: string, observed: ObservedWorld): Operation | undefined {
  return observed
    .ended()
    .map(({ operation }) => operation)
    .find(
      ({ step, endedAtMs = 0, ...operation }) =>
        step === 'removed' &&
        operation.instanceId === instanceId &&
        Math.abs(observed.nowMs - endedAtMs) < REPEATED_MS + Math.abs(observed.skewMs),
    );
}

function violationOfDecisionBy(
  what: string,
  instanceId: string,
  operation: Operation | undefined,
  observed: ObservedWorld,
): string | undefined {
  return violationOfNaming(
    `${what} ${instanceId}`,
    operation?.decisionId,
    operation?.policy.digest,
    observed,
  );
}

function violationOfNaming(
  what: string,
  decisionId: string | undefined,
  digest: string | undefined,
  observed: ObservedWorld,
): string | undefined {
  if (decisionId === undefined) return `${what}: no decision asked for it`;
  if (digest === undefined) return `${what}: it names no policy`;
  const decided = observed.decision(decisionId)?.digest;
  if (decided === undefined) return `${what}: decision ${decisionId} was never reported`;
  if (observed.policyOf(decided) === undefined) return `${what}: policy ${decided} was never accepted`;
  return decided === digest ? undefined : `${what}: it names ${digest}, decision ${decisionId} ${decided}`;
}
