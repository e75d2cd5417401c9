import { isAdmitted } from '../../model/node.ts';
import { parseOfferingKey } from '../../model/offering.ts';
import type { Reason } from '../../model/reason.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import { launchesIn } from '../state/operation-lists.ts';
import type { PoolMember } from '../state/pool.ts';

const HOUR_MS = 3_600_000;

type Rule = (member: PoolMember, context: DecisionContext) => string | undefined;

/** Read top-down; the first that holds is the reason. */
const RULES: readonly Rule[] = [withoutNode, wasWorker, isOutdated, isUnwanted, isOld, didNotStart];

/** Why a machine that waits cannot or should not be started any more, and is to be replaced; `undefined` when it is as good as new. */
export function unfitReason(member: PoolMember, context: DecisionContext): Reason | undefined {
  for (const rule of RULES) {
    const text = rule(member, context);
    if (text !== undefined) return { code: 'warm-pool-unfit', text };
  }
  return undefined;
}

function withoutNode({ id, node }: PoolMember): string | undefined {
  return node === undefined ? `${id} has no node any more, and cannot join again without it` : undefined;
}

function wasWorker({ id, node }: PoolMember): string | undefined {
  const isHeld = node !== undefined && !isAdmitted(node);
  return isHeld ? undefined : `${id} was a worker and was stopped manually`;
}

function isOutdated({ id, instance }: PoolMember): string | undefined {
  return instance?.isOutdated === true
    ? `${id} was made from another version of the launch template`
    : undefined;
}

function isUnwanted({ offering }: PoolMember, { policy }: DecisionContext): string | undefined {
  const { type = '', zone = '' } = parseOfferingKey(offering) ?? {};
  const { types, zones } = policy.instances;
  return types.includes(type) && zones.includes(zone) ? undefined : `the policy no longer buys ${offering}`;
}

function isOld({ id, instance }: PoolMember, { policy, nowMs }: DecisionContext): string | undefined {
  const ageHours = Math.floor((nowMs - (instance?.launchedAtMs ?? nowMs)) / HOUR_MS);
  const isTooOld = policy.warmPool !== undefined && ageHours >= policy.warmPool.maxAgeHours;
  return isTooOld ? `${id} did not run for ${ageHours} hours` : undefined;
}

/** A lack of capacity is no fault of the machine: it may start the next time. */
function didNotStart({ id, offering }: PoolMember, { snapshot }: DecisionContext): string | undefined {
  const failed = launchesIn(snapshot.operations).some(({ starts, attempt, faults }) => {
    const lacked = faults.some(
      (fault) => fault.class === 'capacity' && offering !== undefined && fault.offerings.includes(offering),
    );
    return starts?.instanceId === id && attempt > 1 && !lacked;
  });
  return failed ? `${id} did not start when it was wanted` : undefined;
}
