import { isAlive } from '../../model/instance.ts';
import type { Refusal, RemoveAction } from '../../model/plan.ts';
import type { Worker } from '../state/fleet.ts';
import { unendedIn } from '../state/operation-lists.ts';
import type { Situation } from '../state/situation.ts';
import { percentText, secondsText } from '../text/wording.ts';
import { unreadyShare } from './rules/brakes.ts';

export type WantedRepair = Pick<RemoveAction, 'nodeName' | 'instanceId' | 'reasons'> & {
  readonly isRepair: true;
};

export interface Repair {
  readonly repairs: readonly WantedRepair[];
  readonly refusals: readonly Refusal[];
}

/** A fault of the network or the API server is over by then; what is still not ready, while this cluster answers, is dead. */
const BLIP_LASTS_AT_MOST_MS = 1_800_000;

/**
 * Which dead nodes are replaced now: those not ready for longer than a machine may take to join, whose machine still costs
 * money (F89). One at a time, and for half an hour none while several nodes are unready and together more than the policy allows:
 * that looks like a fault of the network or the API server, not of the machines (F70). Nothing is drained, since nobody there
 * would hear it.
 */
export function planRepair(situation: Situation): Repair {
  const dead = situation.fleet.lost.filter(isDead).sort(longestFirst);
  const [first] = dead;
  const instanceId = first?.node.instanceId;
  if (first === undefined || instanceId === undefined || isRepairing(situation)) return NOTHING;
  const { node } = first;
  const unreadyMs = situation.nowMs - (node.readyChangedAtMs ?? node.createdAtMs);
  const brake = unreadyMs < BLIP_LASTS_AT_MOST_MS ? unreadyBrake(situation) : undefined;
  if (brake !== undefined) return { repairs: [], refusals: [brake] };
  const text = `${node.name} has not been ready for ${secondsText(unreadyMs)}: it is replaced`;
  const reason = { code: 'dead-node', text, facts: { unreadySeconds: Math.round(unreadyMs / 1000) } };
  const repair = {
    nodeName: node.name,
    instanceId,
    reasons: [reason],
    isRepair: true as const,
  };
  return { repairs: [repair], refusals: [] };
}

const NOTHING: Repair = { repairs: [], refusals: [] };

type DeadWorker = Worker & { readonly node: NonNullable<Worker['node']> };

/** A machine that is gone already is only tidied up, elsewhere. */
function isDead(worker: Worker): worker is DeadWorker {
  return (
    worker.node !== undefined &&
    !worker.node.isReady &&
    !worker.node.doNotDisrupt &&
    worker.instance !== undefined &&
    isAlive(worker.instance)
  );
}

function longestFirst(a: DeadWorker, b: DeadWorker): number {
  const since = (worker: DeadWorker) => worker.node.readyChangedAtMs ?? worker.node.createdAtMs;
  return since(a) - since(b) || (a.id < b.id ? -1 : 1);
}

function isRepairing({ snapshot }: Situation): boolean {
  return unendedIn(snapshot.operations).some(
    (o) => o.kind === 'remove' && o.isRepair === true && o.fromPool !== true,
  );
}

/** One sick node of a small fleet is a large share of it, so one alone never brakes. */
function unreadyBrake(situation: Situation): Refusal | undefined {
  const { policy } = situation;
  const { unready, workers, share } = unreadyShare(situation);
  if (unready <= 1 || share <= policy.shrink.maxUnreadyPercent) return undefined;
  const text = `${unready} of ${workers} workers (${percentText(share)}) are not ready, more than ${policy.shrink.maxUnreadyPercent} %: no dead node is replaced meanwhile`;
  return {
    what: 'shrink',
    reason: { code: 'too-many-unready', text, facts: { unready, workers } },
  };
}
