import { instanceType } from '../../catalogue/instance-type.ts';
import { parseOfferingKey } from '../../model/offering.ts';
import type { LaunchOperation, Operation, RemoveOperation } from '../../model/operation.ts';

/** A launch is undone when as much capacity goes within this time of it. */
const UNDONE_WITHIN_MS = 1_800_000;

interface Sighting {
  readonly atMs: number;
  readonly capacity: string;
}

/**
 * Counts launches that were followed by a removal of equal capacity within 30 minutes. Only removals of our own choice count, for low
 * load or above the maximum; a replacement and what it takes the place of belong together and are neither. Each launch and each
 * removal counts once.
 */
export class UndoneLaunches {
  readonly #capacityByInstance = new Map<string, string>();
  readonly #removals = new Map<string, number>();
  #launches: Sighting[] = [];
  readonly #seen = new Set<string>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** An operation was written down; `atMs` is the world's own time. */
  note(operation: Operation, atMs: number): void {
    if (operation.kind === 'launch') this.#noteLaunch(operation, atMs);
    else this.#noteRemoval(operation, atMs);
  }

  #noteLaunch(launch: LaunchOperation, atMs: number): void {
    const { id, instanceId, offering, forPool, consolidates } = launch;
    if (instanceId === undefined || offering === undefined || this.#seen.has(id)) return;
    this.#seen.add(id);
    const capacity = capacityOf(parseOfferingKey(offering).type);
    this.#capacityByInstance.set(instanceId, capacity);
    if (forPool !== true && consolidates === undefined) this.#launches.push({ atMs, capacity });
  }

  #noteRemoval(removal: RemoveOperation, atMs: number): void {
    if (!isOurChoice(removal)) return;
    const begunAtMs = this.#removals.get(removal.id) ?? atMs;
    this.#removals.set(removal.id, begunAtMs);
    if (removal.step !== 'removed' || this.#seen.has(removal.id)) return;
    this.#seen.add(removal.id);
    const capacity = this.#capacityByInstance.get(removal.instanceId);
    this.#launches = this.#launches.filter((launch) => launch.atMs >= begunAtMs - UNDONE_WITHIN_MS);
    const at = this.#launches.findIndex((one) => one.capacity === capacity && one.atMs <= begunAtMs);
    if (at < 0) return;
    this.#launches.splice(at, 1);
    this.#count += 1;
  }
}

/** Whether nothing but the load or a bound made us remove it. */
function isOurChoice({ isRepair, fromPool, isCordonOnly, interruption, reasons }: RemoveOperation): boolean {
  if (isRepair === true || fromPool === true || isCordonOnly === true || interruption !== undefined)
    return false;
  return !reasons.some(({ code }) => code === 'replaced');
}

/** Types of one size are of equal capacity, whoever makes them. */
function capacityOf(typeName: string): string {
  const type = instanceType(typeName);
  return type === undefined ? typeName : `${type.vcpus}/${type.memoryMiB}`;
}
