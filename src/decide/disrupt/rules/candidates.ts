import type { Snapshot } from '../../../model/snapshot.ts';
import type { Worker } from '../../state/fleet.ts';
import { evictablePods } from './protections.ts';

interface Ranked<W> {
  readonly worker: W;
  readonly inZone: number;
  readonly pods: number;
  readonly cpuPercent: number;
  readonly createdAtMs: number;
}

/**
 * Workers in the order in which they may go (R44): from the zone with the most workers, spot before on-demand, fewest
 * pods to move, lowest CPU (unknown last), newest, name. The order is fixed before the first one goes.
 */
export function inCandidateOrder<W extends Worker>(workers: readonly W[], snapshot: Snapshot): readonly W[] {
  const inZone = new Map<string | undefined, number>();
  for (const { zone } of workers) inZone.set(zone, (inZone.get(zone) ?? 0) + 1);
  const evictable = evictablePods(snapshot.pods);
  const ranked = workers.map((worker) => ({
    worker,
    inZone: inZone.get(worker.zone) ?? 0,
    pods: evictable.get(worker.id)?.length ?? 0,
    cpuPercent: snapshot.utilization.nodeCpuPercent[worker.id] ?? Number.POSITIVE_INFINITY,
    createdAtMs: worker.node?.createdAtMs ?? 0,
  }));
  return ranked.sort(compare).map(({ worker }) => worker);
}

function compare<W extends Worker>(a: Ranked<W>, b: Ranked<W>): number {
  if (a.inZone !== b.inZone) return b.inZone - a.inZone;
  const spot = Number(b.worker.lifecycle === 'spot') - Number(a.worker.lifecycle === 'spot');
  if (spot !== 0) return spot;
  if (a.pods !== b.pods) return a.pods - b.pods;
  if (a.cpuPercent !== b.cpuPercent) return a.cpuPercent < b.cpuPercent ? -1 : 1;
  if (a.createdAtMs !== b.createdAtMs) return b.createdAtMs - a.createdAtMs;
  return a.worker.id < b.worker.id ? -1 : 1;
}
