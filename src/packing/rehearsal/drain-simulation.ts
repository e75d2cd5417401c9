import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import type { Pod } from '../../model/pod.ts';
import { addResources, type Resources } from '../../model/resources.ts';
import {
  type Batch,
  BinFleet,
  GreedyPlacer,
  type Item,
  type NodeBin,
  type PackingContext,
  packingContextOf,
  placementOrder,
  RankedBins,
  seededRandom,
  type Step,
} from '../filling.ts';
import { modelOf, type PodGroup, type PresentNode } from '../model.ts';
import type { PlannedPod } from './binding-order.ts';
import { type Amounts, type SimulatedNode, StageCounts, sumsWith } from './scheduler-scores.ts';
import { type RandomSource, SchedulerSimulation } from './scheduler-simulation.ts';

/** Dry runs of one node's drain, each with another pod order and another random choice among nodes of equal score. */
const RUNS = 3;
const NOTHING: Resources = { cpuMillis: 0, memoryMiB: 0, pods: 0 };

/** A node, and the pods that its drain would move. */
export interface DrainableNode extends PresentNode {
  /** These are not among `pods`, and `free` is what is left without them. */
  readonly movable: readonly Pod[];
}

/**
 * Simulates drains one after another: do all movable pods of a node fit on the other nodes, without a new node, and would
 * kube-scheduler bind them there? The packer may pack tightly, while the scheduler spreads pods. After a "yes" the node is closed
 * and its pods stay on their new nodes, so the next answer takes that into account; after a "no" nothing has changed. Compiled
 * once; an answer costs the pods of the node times nodes.
 */
export class DrainSimulation {
  readonly #context: PackingContext;
  readonly #fleet: BinFleet;
  readonly #placer: GreedyPlacer;
  readonly #compare: (a: PodGroup, b: PodGroup) => number;
  readonly #nodes: readonly DrainableNode[];
  readonly #scheduler: SchedulerSimulation;
  readonly #binOf = new Map<string, NodeBin>();
  /** What the scheduler sees of each node, by its index; made when a play needs it first and kept up to date from then on. */
  readonly #stages: (SimulatedNode | undefined)[] = [];
  readonly #counts = new StageCounts();
  readonly #ranks: RankedBins;
  /** Nodes that took pods of drained nodes. */
  readonly #moved = new Set<NodeBin>();
  #nextBindingOrder = 1;

  constructor(nodes: readonly DrainableNode[]) {
    const pods = nodes.flatMap(({ movable }) => movable);
    const model = modelOf({ pods, buyable: [], present: nodes, maxNewNodes: 0 });
    this.#context = packingContextOf(model);
    this.#fleet = new BinFleet(this.#context);
    this.#placer = new GreedyPlacer(this.#context, this.#fleet);
    this.#ranks = new RankedBins(this.#context, this.#fleet);
    this.#nodes = nodes;
    this.#scheduler = new SchedulerSimulation(this.#context);
    this.#compare = placementOrder(model);
    const batchOf = new Map<Pod, Batch>();
    for (const group of model.groups) {
      const batch = this.#batchOf(group, 0);
      for (const pod of group.pods) batchOf.set(pod, batch);
    }
    nodes.forEach(({ place, movable }, index) => {
      const bin = this.#fleet.bins[index];
      if (bin === undefined) return;
      this.#binOf.set(place.id, bin);
      for (const pod of movable) this.#put(batchOf.get(pod), pod, bin);
    });
  }

  /** The pods that fit on no other node; `undefined` for an unknown node. */
  simulateDrain(id: string): readonly Pod[] | undefined {
    return this.#simulate(id, true);
  }

  /** The same answer; the node stays open and its pods on it whatever the answer is. */
  probeDrain(id: string): readonly Pod[] | undefined {
    return this.#simulate(id, false);
  }

  #simulate(id: string, isKept: boolean): readonly Pod[] | undefined {
    const bin = this.#binOf.get(id);
    if (bin === undefined) return undefined;
    const items = [...bin.items];
    const wasOpen = bin.isOpen;
    bin.isOpen = false;
    bin.reset();
    for (const { batch } of items) this.#fleet.counts.remove(batch.group.rules, bin.topologyClass);
    const steps: Step[] = [];
    const unplaced = this.#placeElsewhere(items, steps);
    for (const step of steps.reverse()) this.#undo(step.bin);
    for (const step of steps) if (!this.#moved.has(step.bin)) this.#ranks.noteRestored(step.bin);
    const unplaceable = unplaced.length > 0 ? unplaced : this.#dryRun(items, bin, isKept);
    if (unplaceable.length === 0 && isKept) return unplaceable;
    for (const item of items) {
      bin.add(item);
      this.#fleet.counts.add(item.batch.group.rules, bin.topologyClass);
    }
    bin.isOpen = wasOpen;
    return unplaceable;
  }

  /** The pods that were not placed. Pods whose rules depend on others of them are tried again. */
  #placeElsewhere(items: readonly Item[], steps: Step[]): readonly Pod[] {
    let waiting = [...items].sort((a, b) => this.#compare(a.batch.group, b.batch.group));
    for (let before = -1; waiting.length > 0 && waiting.length !== before;) {
      before = waiting.length;
      waiting = waiting.filter(({ batch, pod }) => !this.#placeOne(batch.group, pod, steps));
    }
    return waiting.map(({ pod }) => pod);
  }

  #placeOne(group: PodGroup, pod: Pod, steps: Step[]): boolean {
    const { counts } = this.#fleet;
    const open: number[] = [];
    for (
      let topologyClass = 0;
      topologyClass < this.#context.model.topologyClasses.count;
      topologyClass += 1
    ) {
      if (counts.allows(group.rules, topologyClass)) open.push(topologyClass);
    }
    const batch = this.#batchOf(group, this.#nextBindingOrder);
    const placed = this.#placer.place(
      { batch, pods: [pod], ranks: this.#ranks },
      () => open,
      (bin) => {
        counts.add(group.rules, bin.topologyClass);
        if (this.#placer.lastStep !== undefined) steps.push(this.#placer.lastStep);
      },
    );
    this.#nextBindingOrder += placed;
    return placed === 1;
  }

  #put(batch: Batch | undefined, pod: Pod, bin: NodeBin): void {
    if (batch === undefined) return;
    bin.add({ batch, pod });
    this.#fleet.counts.add(batch.group.rules, bin.topologyClass);
  }

  #batchOf(group: PodGroup, bindingOrder: number): Batch {
    const hostRules = this.#context.hostRules.ofRuleSet(group.rules);
    return {
      group,
      hostRules,
      bindingOrder,
      topologyClass: undefined,
      isFirst: this.#fleet.counts.isFirst(group.rules),
    };
  }

  /**
   * Simulates the scheduler several times; returns the pods that stayed unbound in any run. The pods keep the nodes of the last
   * run where they are to be kept there.
   */
  #dryRun(items: readonly Item[], { present = -1 }: NodeBin, isKept: boolean): readonly Pod[] {
    const left = this.#stages[present];
    for (const { batch } of items) left?.counts.add(left, batch.group.index, -1);
    const unplaceable = this.#playAll(items, isKept);
    if (unplaceable.length > 0 || !isKept)
      for (const { batch } of items) left?.counts.add(left, batch.group.index, 1);
    return unplaceable;
  }

  #playAll(items: readonly Item[], isKept: boolean): readonly Pod[] {
    const random = seededRandom();
    const nodes = this.#fleet.bins.flatMap((bin, index) =>
      bin.isOpen ? [this.#simulatedNodeOf(bin, index)] : [],
    );
    const order = items.map(({ batch, pod }) => ({ group: batch.group, pod }));
    for (let runs = 1; ; runs += 1) {
      const run = {
        fleet: this.#fleet,
        nodes,
        counts: this.#counts,
        random,
        firstBindingOrder: this.#nextBindingOrder,
      };
      const { bound, unscheduled } = this.#scheduler.bindAll(
        runs === 1 ? order : shuffled(order, random),
        run,
      );
      this.#nextBindingOrder += bound.length;
      const isLast = unscheduled.length === 0 && runs === RUNS;
      if (isLast && isKept) {
        this.#noteMoved(bound);
        return [];
      }
      this.#unbind(bound);
      if (isLast || unscheduled.length > 0) return unscheduled.map(({ pod }) => pod);
    }
  }

  #noteMoved(bound: readonly PlannedPod[]): void {
    for (const { bin } of bound) {
      this.#moved.add(bin);
      this.#ranks.noteChanged(bin);
    }
  }

  #unbind(bound: readonly PlannedPod[]): void {
    for (const { bin, group } of bound.toReversed()) {
      this.#undo(bin);
      const simulated = this.#stages[bin.present ?? -1];
      simulated?.counts.add(simulated, group.index, -1);
    }
    for (const bin of new Set(bound.map((one) => one.bin))) {
      const simulated = this.#stages[bin.present ?? -1];
      // Added up again rather than taken off, so that fractions come out the same.
      if (simulated !== undefined) Object.assign(simulated, this.#sumsOf(bin));
    }
  }

  /** Pods that stay use capacity. Affinity scores consider only pods that some drain would move. */
  #simulatedNodeOf(bin: NodeBin, index: number): SimulatedNode {
    const known = this.#stages[index];
    if (known !== undefined) return known;
    const { free, place } = this.#nodes[index] as DrainableNode;
    const { cpu, memory } = this.#standingOn(index);
    const simulated: SimulatedNode = {
      bin,
      place: index,
      hostname: place.id,
      labels: place.labels,
      allocatable: { cpu: cpu + free.cpuMillis, memory: memory + free.memoryMiB },
      ...this.#sumsOf(bin),
      counts: this.#counts,
    };
    for (const { batch } of bin.items) this.#counts.add(simulated, batch.group.index, 1);
    this.#stages[index] = simulated;
    return simulated;
  }

  #standingOn(index: number): Amounts {
    const { cpuMillis, memoryMiB } = standingRequests(this.#nodes[index] as DrainableNode);
    return { cpu: cpuMillis, memory: memoryMiB };
  }

  /** What its pods ask for, those that stay first. */
  #sumsOf({ present = -1, items }: NodeBin): Pick<SimulatedNode, 'requested' | 'assumed'> {
    const existing = this.#standingOn(present);
    return sumsWith(
      { requested: existing, assumed: existing },
      items.map(({ batch }) => batch.group),
    );
  }

  #undo(bin: NodeBin): void {
    const item = bin.items.at(-1);
    bin.removeLast();
    if (item !== undefined) this.#fleet.counts.remove(item.batch.group.rules, bin.topologyClass);
  }
}

/** What the pods that stay ask for. */
const standingRequests = memoizeByIdentity(({ pods }: DrainableNode): Resources =>
  pods.map(({ requests }) => requests).reduce(addResources, NOTHING),
);

function shuffled<T>(list: readonly T[], random: RandomSource): readonly T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(random(left.length), 1));
}
