import { DraftFleet, type Workbench } from '../filling/draft-fleet.ts';
import type { NodeDraft } from '../filling/node-draft.ts';
import type { PlannedPod } from './binding-order.ts';
import { type Draw, type Played, PlayedScheduler } from './played-scheduler.ts';
import { type Stage, StageCounts } from './scheduler-scores.ts';

/** Where pods went that came in some order to a scheduler that chooses nodes by its own mind. */
export interface Rehearsal extends Played {
  /** The nodes with the pods on them, which are the rehearsal's own. */
  readonly fleet: DraftFleet;
}

/** Plays what kube-scheduler would do with the nodes of a plan, which are all there and empty when the first pod comes. */
export class Rehearsals {
  readonly #bench: Workbench;
  readonly #drafts: readonly NodeDraft[];
  readonly #scheduler: PlayedScheduler;

  constructor(bench: Workbench, drafts: readonly NodeDraft[]) {
    this.#bench = bench;
    this.#drafts = drafts;
    this.#scheduler = new PlayedScheduler(bench);
  }

  play(order: readonly PlannedPod[], draw: Draw): Rehearsal {
    const fleet = new DraftFleet(this.#bench);
    const counts = new StageCounts();
    const stages = this.#drafts.map((draft, index) => this.#stageOf(draft, index, { fleet, counts }));
    return { ...this.#scheduler.bindAll(order, { fleet, stages, counts, draw }), fleet };
  }

  #stageOf(
    { site, tableId, table, row }: NodeDraft,
    index: number,
    { fleet, counts }: { readonly fleet: DraftFleet; readonly counts: StageCounts },
  ): Stage {
    const bought = table.offers[row] ?? -1;
    const { model } = this.#bench;
    const buyable = model.buyable[bought];
    if (buyable === undefined) throw new RangeError(`row ${row} of the table is no offer`);
    const { free, place, offering } = buyable;
    const { cpuMillis, memoryMiB } = offering.allocatable;
    const requested = { cpu: cpuMillis - free.cpuMillis, memory: memoryMiB - free.memoryMiB };
    return {
      draft: fleet.open(site, tableId, row),
      place: bought,
      hostname: String(index),
      labels: place.labels,
      allocatable: { cpu: cpuMillis, memory: memoryMiB },
      requested,
      assumed: requested,
      counts,
    };
  }
}
