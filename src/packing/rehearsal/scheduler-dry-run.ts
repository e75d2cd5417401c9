import { BinFleet, type NodeBin, type PackingContext } from '../filling.ts';
import type { PlannedPod } from './binding-order.ts';
import { type SimulatedNode, StageCounts } from './scheduler-scores.ts';
import { type RandomSource, type SimulatedBindings, SchedulerSimulation } from './scheduler-simulation.ts';

/** Result of a dry run: where the simulated scheduler bound pods that came in some order. */
export interface DryRun extends SimulatedBindings {
  /** The nodes with their pods; owned by this dry run. */
  readonly fleet: BinFleet;
}

/** Simulates kube-scheduler on the nodes of a plan, which are all present and empty at the start. */
export class SchedulerDryRuns {
  readonly #context: PackingContext;
  readonly #bins: readonly NodeBin[];
  readonly #scheduler: SchedulerSimulation;

  constructor(context: PackingContext, bins: readonly NodeBin[]) {
    this.#context = context;
    this.#bins = bins;
    this.#scheduler = new SchedulerSimulation(context);
  }

  run(order: readonly PlannedPod[], random: RandomSource): DryRun {
    const fleet = new BinFleet(this.#context);
    const counts = new StageCounts();
    const nodes = this.#bins.map((bin, index) => this.#simulatedNodeOf(bin, index, { fleet, counts }));
    return { ...this.#scheduler.bindAll(order, { fleet, nodes, counts, random }), fleet };
  }

  #simulatedNodeOf(
    { topologyClass, tableId, table, row }: NodeBin,
    index: number,
    { fleet, counts }: { readonly fleet: BinFleet; readonly counts: StageCounts },
  ): SimulatedNode {
    const bought = table.offers[row] ?? -1;
    const { model } = this.#context;
    const buyable = model.buyable[bought];
    if (buyable === undefined) throw new RangeError(`row ${row} of the table is no offer`);
    const { free, place, offering } = buyable;
    const { cpuMillis, memoryMiB } = offering.allocatable;
    const requested = { cpu: cpuMillis - free.cpuMillis, memory: memoryMiB - free.memoryMiB };
    return {
      bin: fleet.open(topologyClass, tableId, row),
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
