import type { Lifecycle } from '../../../model/offering.ts';
import type { Policy } from '../../../policy/policy-schema.ts';
import { mixOf, spotTarget } from '../../launch/choice.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Worker } from '../../state/fleet.ts';
import { evictablePods } from './protections.ts';

interface Ranked<W> {
  readonly worker: W;
  /** 1 for a type or a zone that the policy no longer names. */
  readonly outside: number;
  readonly inZone: number;
  /** 1 where there are more workers of its lifecycle than the policy's share says for a fleet that is smaller by one. */
  readonly surplus: number;
  readonly pods: number;
  readonly cpuPercent: number;
  readonly createdAtMs: number;
}

/**
 * Workers in the order in which they may go (R44, R68): types and zones that the policy no longer names, then from the zone with
 * the most workers, the lifecycle of which there is too much, fewest pods to move, lowest CPU (unknown last), newest, name. The
 * order is fixed before the first one goes.
 */
export function inCandidateOrder<W extends Worker>(
  workers: readonly W[],
  { snapshot, policy }: Pick<DecisionContext, 'snapshot' | 'policy'>,
): readonly W[] {
  const inZone = new Map<string | undefined, number>();
  for (const { zone } of workers) inZone.set(zone, (inZone.get(zone) ?? 0) + 1);
  const evictable = evictablePods(snapshot.pods);
  const surplus = surplusLifecycle(workers, policy.spot);
  const ranked = workers.map((worker) => ({
    worker,
    outside: Number(isOutside(worker, policy.instances)),
    inZone: inZone.get(worker.zone) ?? 0,
    surplus: Number(worker.lifecycle === surplus),
    pods: evictable.get(worker.id)?.length ?? 0,
    cpuPercent: snapshot.utilization.nodeCpuPercent[worker.id] ?? Number.POSITIVE_INFINITY,
    createdAtMs: worker.node?.createdAtMs ?? 0,
  }));
  return ranked.sort(compare).map(({ worker }) => worker);
}

/** The lifecycle of which there is too much once one worker is gone; spot where that is true of neither, or of both alike. */
export function surplusLifecycle(
  workers: readonly Pick<Worker, 'zone' | 'type' | 'lifecycle'>[],
  spot: Policy['spot'],
): Lifecycle {
  const mix = mixOf(workers);
  return mix.spot >= spotTarget(mix.total - 1, spot) + 1 ? 'spot' : 'on-demand';
}

/** Whether the policy no longer names the worker's type or zone. */
export function isOutside(
  { type, zone }: Pick<Worker, 'type' | 'zone'>,
  { types, zones }: Policy['instances'],
): boolean {
  return (type !== undefined && !types.includes(type)) || (zone !== undefined && !zones.includes(zone));
}

function compare<W extends Worker>(a: Ranked<W>, b: Ranked<W>): number {
  if (a.outside !== b.outside) return b.outside - a.outside;
  if (a.inZone !== b.inZone) return b.inZone - a.inZone;
  if (a.surplus !== b.surplus) return b.surplus - a.surplus;
  if (a.pods !== b.pods) return a.pods - b.pods;
  if (a.cpuPercent !== b.cpuPercent) return a.cpuPercent < b.cpuPercent ? -1 : 1;
  if (a.createdAtMs !== b.createdAtMs) return b.createdAtMs - a.createdAtMs;
  return a.worker.id < b.worker.id ? -1 : 1;
}
