import type { Node } from '../../model/node.ts';
import type { Operation } from '../../model/operation.ts';
import type { WorldWrite } from '../judge/observed-world.ts';
import { neededWorkers, type RequestedCapacity } from './needed-workers.ts';
import { UndoneLaunches } from './undone-launches.ts';

const MS_PER_HOUR = 3_600_000;
/** Zones are judged from this many workers on: fewer cannot be spread. */
const SPREADABLE_WORKERS = 4;

/** How steadily and how sparingly the fleet was run, in amounts that may be added up. */
export interface FleetFigures {
  readonly launchesUndone: number;
  readonly evictions: number;
  /** Hours with four or more ready workers, and those of them in which two zones differed by more than one worker. */
  readonly spreadableHours: number;
  readonly skewedHours: number;
  /** Worker-hours that the pods' requests needed, while any worker was ready. */
  readonly neededNodeHours: number;
}

/** Takes note of what a world's figures are made of. */
export class FleetFigureRecorder {
  readonly #undone = new UndoneLaunches();
  #evictions = 0;
  #spreadableMs = 0;
  #skewedMs = 0;
  #neededNodeMs = 0;

  get figures(): FleetFigures {
    return {
      launchesUndone: this.#undone.count,
      evictions: this.#evictions,
      spreadableHours: this.#spreadableMs / MS_PER_HOUR,
      skewedHours: this.#skewedMs / MS_PER_HOUR,
      neededNodeHours: this.#neededNodeMs / MS_PER_HOUR,
    };
  }

  noteOperation(operation: Operation, atMs: number): void {
    this.#undone.note(operation, atMs);
  }

  noteWrite(write: WorldWrite): void {
    if (write.kind === 'evicted' && write.outcome.status === 'evicted') this.#evictions += 1;
  }

  /** The fleet looked like this for `ms`. */
  noteFleet(seen: RequestedCapacity & { readonly zones: readonly string[] }, ms: number): void {
    this.#neededNodeMs += (neededWorkers(seen) ?? 0) * ms;
    if (seen.workers.length < SPREADABLE_WORKERS) return;
    this.#spreadableMs += ms;
    if (zoneSkew(seen.workers, seen.zones) > 1) this.#skewedMs += ms;
  }
}

/** By how many workers the fullest of the zones differs from the emptiest; a zone without any counts. */
function zoneSkew(workers: readonly Node[], zones: readonly string[]): number {
  const counts = zones.map((zone) => workers.filter((node) => node.zone === zone).length);
  return counts.length === 0 ? 0 : Math.max(...counts) - Math.min(...counts);
}
