import type { Instance } from '../../model/instance.ts';
import { isAlive } from '../../model/instance.ts';
import type { RemoveOperation } from '../../model/operation.ts';
import { isServing, operationOn } from './invariants/serving.ts';
import type { ObservedWorld, WorldWrite } from './observed-world.ts';
import { type WorkerLoad, workerLoad } from './worker-load.ts';

const MINUTE_MS = 60_000;
/** No invariant looks back further at samples. */
const KEPT_SAMPLES = 180;
/** A load within this share of where it was is the same load. */
const SAME_SHARE = 0.05;

/** An instance that an operation launched. Times are since the world began. */
export interface PastLaunch {
  readonly instance: Instance;
  readonly operationId: string;
  readonly atMs: number;
}

/** A serving worker that a removal ended of our own doing: no interruption, no repair. */
export interface PastRemoval {
  readonly instance: Instance;
  readonly operation: RemoveOperation;
  readonly atMs: number;
  /** When it was decided. */
  readonly decidedAtMs: number;
}

/** What all worker pods asked for at one minute. */
export interface LoadSample extends WorkerLoad {
  readonly atMs: number;
}

/** What happened in a world that invariants look back at. */
export class FleetHistory {
  readonly launches: PastLaunch[] = [];
  readonly removals: PastRemoval[] = [];
  #samples: LoadSample[] = [];
  #constant:
    | { readonly sinceMs: number; readonly load: LoadSample; readonly demandMillis: number }
    | undefined;

  /** The samples of the last hours, the oldest first. */
  get samples(): readonly LoadSample[] {
    return this.#samples;
  }

  /** To be told of every write, before the invariants judge it. */
  note(write: WorldWrite, observed: ObservedWorld): void {
    const atMs = observed.elapsedMs;
    if (write.kind === 'launched')
      this.launches.push({ instance: write.instance, operationId: write.request.operationId, atMs });
    if (write.kind !== 'terminate' || !isServing(write.instance, observed)) return;
    const operation = operationOn(write.instance.id, observed);
    const isKnown = this.removals.some(({ instance }) => instance.id === write.instance.id);
    if (operation?.kind !== 'remove' || isKnown || !isOwnDoing(operation)) return;
    const decidedAtMs = observed.decision(operation.decisionId)?.atMs ?? atMs;
    this.removals.push({ instance: write.instance, operation, atMs, decidedAtMs });
  }

  /** To be called once a minute. */
  sample(observed: ObservedWorld): void {
    const { elapsedMs, demandMillis, cluster } = observed;
    const load = { atMs: elapsedMs, ...workerLoad(cluster) };
    this.#samples.push(load);
    if (this.#samples.length > KEPT_SAMPLES) this.#samples.shift();
    if (!this.#isSame(load, demandMillis)) this.#constant = { sinceMs: elapsedMs, load, demandMillis };
  }

  /** For how long users and pods have asked for what they ask for at this moment, in milliseconds. */
  constantForMs({ elapsedMs, demandMillis, cluster }: ObservedWorld): number {
    const since = this.#constant;
    const isSame =
      since !== undefined && this.#isSame({ atMs: elapsedMs, ...workerLoad(cluster) }, demandMillis);
    return isSame ? elapsedMs - since.sinceMs : 0;
  }

  #isSame(load: LoadSample, demandMillis: number): boolean {
    const since = this.#constant;
    return (
      since !== undefined &&
      isAbout(load.cpuMillis, since.load.cpuMillis) &&
      isAbout(load.memoryMiB, since.load.memoryMiB) &&
      isAbout(demandMillis, since.demandMillis)
    );
  }

  /** The most that all worker pods requested between two times. */
  mostRequested(fromMs: number, untilMs: number): WorkerLoad {
    const within = this.#samples.filter(({ atMs }) => atMs >= fromMs - MINUTE_MS && atMs <= untilMs);
    return {
      cpuMillis: within.reduce((most, { cpuMillis }) => Math.max(most, cpuMillis), 0),
      memoryMiB: within.reduce((most, { memoryMiB }) => Math.max(most, memoryMiB), 0),
    };
  }
}

/** Whether the removal was the fleet's own choice: AWS took nothing, nothing was dead, no commit lowered the maximum. */
export function isOwnDoing(operation: RemoveOperation): boolean {
  if (operation.interruption !== undefined || operation.isRepair === true || operation.fromPool === true)
    return false;
  return operation.reasons[0]?.code !== 'above-maximum';
}

/** Workers that are alive and stay: no removal ends them now. */
export function stayingWorkers(observed: ObservedWorld): readonly Instance[] {
  const leaving = new Set(
    observed
      .unended()
      .flatMap((one) => (one.kind === 'remove' && one.step !== 'aborting' ? [one.instanceId] : [])),
  );
  return observed.instances.filter(
    (one) =>
      isAlive(one) && one.operationId !== undefined && !leaving.has(one.id) && isServing(one, observed),
  );
}

function isAbout(value: number, reference: number): boolean {
  return Math.abs(value - reference) <= SAME_SHARE * reference;
}
