import type { Operation } from '../../../model/operation.ts';
import { TAG } from '../../../model/tags.ts';
import type { WorldSight, WorldWrite } from '../world-sight.ts';
import { operationOn } from './serving.ts';

export function writesWithoutLease(write: WorldWrite, sight: WorldSight): string | undefined {
  const isEffect = write.kind === 'launched' || write.kind === 'started' || write.kind === 'evicted';
  if (isEffect || sight.isLeader()) return undefined;
  return `${write.kind} without the lease`;
}

export function undecided(write: WorldWrite, sight: WorldSight): string | undefined {
  switch (write.kind) {
    case 'launch': {
      const { tags, operationId } = write.request;
      const decision = tags[TAG.decision] ?? sight.operation(operationId)?.decisionId;
      return nameless(`launch ${operationId}`, decision, tags[TAG.policyDigest], sight);
    }
    case 'start':
      return undecidedOf(write.kind, write.instanceId, operationOn(write.instanceId, sight), sight);
    case 'terminate':
    case 'stop': {
      const { id, operationId = '' } = write.instance;
      // A launch whose answer was lost is undone before the ledger knows the instance, which bears the launch's name.
      const launch = sight.unended().find((one) => one.id === operationId);
      return undecidedOf(write.kind, id, operationOn(id, sight) ?? launch, sight);
    }
    case 'cordon': {
      const operation = sight.operation(write.operationId);
      return nameless(`cordon ${write.nodeName}`, operation?.decisionId, operation?.policy.digest, sight);
    }
    default:
      return undefined;
  }
}

function undecidedOf(
  what: string,
  instanceId: string,
  operation: Operation | undefined,
  sight: WorldSight,
): string | undefined {
  return nameless(`${what} ${instanceId}`, operation?.decisionId, operation?.policy.digest, sight);
}

function nameless(
  what: string,
  decisionId: string | undefined,
  digest: string | undefined,
  sight: WorldSight,
): string | undefined {
  if (decisionId === undefined) return `${what}: no decision asked for it`;
  if (digest === undefined) return `${what}: it names no policy`;
  const decided = sight.decision(decisionId)?.digest;
  if (decided === undefined) return `${what}: decision ${decisionId} was never reported`;
  if (sight.policyOf(decided) === undefined) return `${what}: policy ${decided} was never accepted`;
  return decided === digest ? undefined : `${what}: it names ${digest}, decision ${decisionId} ${decided}`;
}
