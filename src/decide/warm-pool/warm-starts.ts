import type { LaunchIntent, WarmInstance } from '../../model/intent.ts';
import { parseOfferingKey } from '../../model/offering.ts';
import type { PoolMember } from '../state/pool.ts';
import type { Situation } from '../state/situation.ts';
import { unfitness } from './fitness.ts';

/**
 * The same launches, each with the stopped machine that it starts where one suits: one of the offerings that the launch may be,
 * not resting. Warm machines are on-demand, so in place of spot one starts only where somebody waits: for pods, or for a lost machine.
 */
export function withWarmStarts(
  wishes: readonly LaunchIntent[],
  situation: Situation,
): readonly LaunchIntent[] {
  const free = startable(situation);
  return wishes.map((wish) => {
    if (free.length === 0 || !mayBeOnDemand(wish)) return wish;
    const key = wish.offerings.find((offering) => free.some((warm) => warm.offering === offering));
    const at = free.findIndex((warm) => warm.offering === key);
    const [starts] = at === -1 ? [] : free.splice(at, 1);
    return starts === undefined ? wish : { ...wish, starts };
  });
}

/** The one that has waited longest comes first. */
function startable(situation: Situation): WarmInstance[] {
  return situation.fleet.pool
    .filter((member) => canStart(member, situation))
    .sort((a, b) => launchedAtMs(a) - launchedAtMs(b))
    .flatMap(({ instanceId, offering }) =>
      instanceId === undefined || offering === undefined ? [] : [{ instanceId, offering }],
    );
}

/** A node that is still Ready could not tell whether the start has succeeded. */
function canStart(member: PoolMember, situation: Situation): boolean {
  const { state, instance, node, offering } = member;
  if (state !== 'waiting' || instance?.state !== 'stopped' || offering === undefined) return false;
  if (node?.isReady !== false || node.isUnschedulable || situation.restOf(offering) !== undefined)
    return false;
  return unfitness(member, situation) === undefined;
}

function launchedAtMs({ instance }: PoolMember): number {
  return instance?.launchedAtMs ?? 0;
}

function mayBeOnDemand({ offerings, nominatedPods, replaces }: LaunchIntent): boolean {
  const isUrgent = nominatedPods.length > 0 || replaces !== undefined;
  return isUrgent || parseOfferingKey(offerings[0])?.lifecycle === 'on-demand';
}
