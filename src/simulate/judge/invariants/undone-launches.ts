import { instanceType } from '../../../catalogue/instance-type.ts';
import type { Operation } from '../../../model/operation.ts';
import type { FleetHistory, PastLaunch, PastRemoval } from '../fleet-history.ts';
import type { ObservedWorld, WorldWrite } from '../observed-world.ts';
import { type WorkerLoad, workerLoad } from '../worker-load.ts';

const MINUTE_MS = 60_000;
/** A launch is undone by a removal that follows it this soon. */
export const UNDONE_WITHIN_MS = 30 * MINUTE_MS;
/** How many undone launches are none: so many, in percent of all launches of a run. */
const MAX_UNDONE_PERCENT = 2;
/** How soon after a removal for low load no launch for pods may follow. */
const REGRET_MS = 15 * MINUTE_MS;
/** A removal has to remember this much of the load before it. */
const REMEMBERED_MS = 60 * MINUTE_MS;
/** What disturbed the fleet so shortly before may have made the launch. */
const AFTERMATH_MS = 30 * MINUTE_MS;
/** Requests that are higher by this share are new. */
const NEW_SHARE = 0.02;

/**
 * Counts launches that a removal of equal capacity undid. Not counted: what the launch was bought to replace; and a launch or removal
 * within half an hour of a disturbance of the fleet. Judged at the end of a run.
 */
export class UndoneLaunches {
  readonly #undone: string[] = [];
  readonly #matched = new Set<string>();

  /** To be told of every write; what is wrong shows at the end of the run. */
  note(write: WorldWrite, observed: ObservedWorld, history: FleetHistory): undefined {
    if (write.kind !== 'terminate') return;
    const removal = history.removals.at(-1);
    if (removal?.instance.id !== write.instance.id || this.#matched.has(removal.instance.id)) return;
    const launch = this.#launchBefore(removal, observed, history);
    if (launch === undefined) return;
    this.#matched.add(removal.instance.id).add(launch.operationId);
    const minutes = Math.round((removal.atMs - launch.atMs) / MINUTE_MS);
    this.#undone.push(
      `${removal.instance.id} goes ${minutes} min after ${launch.instance.id} of the same size was launched`,
    );
  }

  violation(history: FleetHistory): string | undefined {
    const [first] = this.#undone;
    const launches = history.launches.length;
    if (first === undefined || this.#undone.length <= (launches * MAX_UNDONE_PERCENT) / 100) return undefined;
    return `${this.#undone.length} of ${launches} launches were undone within half an hour: ${first}`;
  }

  #launchBefore(
    removal: PastRemoval,
    observed: ObservedWorld,
    history: FleetHistory,
  ): PastLaunch | undefined {
    const { fleetMs, joinsMs } = observed.disturbedUntil;
    const calmFromMs = Math.max(fleetMs, joinsMs) + AFTERMATH_MS;
    return history.launches.findLast((launch) => {
      const isSoon = removal.atMs - launch.atMs <= UNDONE_WITHIN_MS;
      if (!isSoon || launch.atMs < calmFromMs || this.#matched.has(launch.operationId)) return false;
      if (!isEqualSize(launch.instance.type, removal.instance.type)) return false;
      return !isMeant(observed.operation(launch.operationId), removal);
    });
  }
}

/** Whether the launch was to take the removed node's place. */
function isMeant(launch: Operation | undefined, { operation }: PastRemoval): boolean {
  if (launch?.kind !== 'launch') return true;
  return (
    launch.forPool === true ||
    launch.replaces?.instanceId === operation.instanceId ||
    launch.consolidates?.includes(operation.nodeName) === true
  );
}

function isEqualSize(a: string, b: string): boolean {
  const [one, other] = [instanceType(a), instanceType(b)];
  return one !== undefined && one.vcpus === other?.vcpus && one.memoryMiB === other.memoryMiB;
}

/**
 * A launch for pods a quarter of an hour after a removal of our own doing, though within the hour before the removal the pods had asked
 * for as much: the removal did not look far enough. What is asked for now and was not then excuses it, as a disturbance does.
 */
export function violationOfRegret(
  write: WorldWrite,
  observed: ObservedWorld,
  history: FleetHistory,
): string | undefined {
  if (write.kind !== 'launch') return undefined;
  const launch = observed.operation(write.request.operationId);
  if (launch?.kind !== 'launch' || launch.nominatedPods.length === 0) return undefined;
  if (launch.replaces !== undefined || launch.consolidates !== undefined) return undefined;
  const removal = history.removals.findLast(({ operation }) => operation.reasons[0]?.code !== 'replaced');
  const { fleetMs, joinsMs } = observed.disturbedUntil;
  if (removal === undefined || observed.elapsedMs - removal.atMs > REGRET_MS) return undefined;
  if (Math.max(fleetMs, joinsMs) >= removal.decidedAtMs - REMEMBERED_MS) return undefined;
  const before = history.mostRequested(removal.decidedAtMs - REMEMBERED_MS, removal.decidedAtMs);
  return isMore(workerLoad(observed.cluster), before)
    ? undefined
    : `${launch.id} is launched for pods ${Math.round((observed.elapsedMs - removal.atMs) / MINUTE_MS)} min after ${removal.instance.id} was removed for low load`;
}

function isMore(now: WorkerLoad, before: WorkerLoad): boolean {
  return (
    now.cpuMillis > before.cpuMillis * (1 + NEW_SHARE) || now.memoryMiB > before.memoryMiB * (1 + NEW_SHARE)
  );
}
