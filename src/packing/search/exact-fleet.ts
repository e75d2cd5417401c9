import { type BinFleet, type PackingContext, placementOrder } from '../filling.ts';
import type { PackingModel } from '../model.ts';
import { CountCodes } from './count-codes.ts';
import { PlannedBinding } from './planned-binding.ts';
import { type CostParts, TopologyClassCosts } from './topology-class-costs.ts';
import { TopologyFeasibility } from './topology-feasibility.ts';

/*
 * Bounds on the work, counted rather than timed, so that the answer is the same on every machine. The splits of twelve pods that
 * all differ are 531,441 a topology class; of 30 and 30 in two groups 246,016.
 */
const MAX_PODS = 60;
const MAX_SPLITS = 2_000_000;
const MAX_STEPS = 200_000;
const MAX_REPLAYS = 300;

/** Whether there are few enough ways for all to be tried. */
export function canBeExact({ pods, groups, topologyClasses }: PackingModel): boolean {
  const splits = groups.reduce((product, group) => {
    const size = group.pods.length;
    return (product * (size + 1) * (size + 2)) / 2;
  }, 1);
  return topologyClasses.count > 0 && pods.length <= MAX_PODS && splits * topologyClasses.count <= MAX_SPLITS;
}

/**
 * The cheapest fleet for few pods, by exhaustive search: how many pods of each group go to which topology class, and how to split
 * them over nodes there. Rules beyond single nodes are checked by binding the pods one by one. `undefined` when there are too
 * many ways, or none that costs less than `belowUsd`.
 */
export function exactFleet(context: PackingContext, belowUsd: number): BinFleet | undefined {
  const { model } = context;
  if (!canBeExact(model)) return undefined;
  const groups = [...model.groups].sort(placementOrder(model));
  const codes = new CountCodes(groups.map(({ pods }) => pods.length));
  return new ClassSearch({ context, groups, codes }).cheapest(belowUsd);
}

/** Tries every distribution of the pods over topology classes (branch and bound by cost). */
class ClassSearch {
  readonly #parts: CostParts;
  readonly #costs: readonly TopologyClassCosts[];
  readonly #feasibility: TopologyFeasibility;
  /** The code of the pods at each topology class. */
  readonly #atClass: number[];
  #steps = 0;
  #replays = 0;
  #belowUsd = 0;
  #best: BinFleet | undefined;

  constructor(parts: CostParts) {
    const { model } = parts.context;
    this.#parts = parts;
    this.#costs = Array.from(
      { length: model.topologyClasses.count },
      (_, topologyClass) => new TopologyClassCosts(parts, topologyClass),
    );
    this.#feasibility = new TopologyFeasibility(parts.context, parts.groups);
    this.#atClass = this.#costs.map(() => 0);
  }

  cheapest(belowUsd: number): BinFleet | undefined {
    this.#belowUsd = belowUsd;
    this.#spread(0, 0, this.#parts.groups[0]?.pods.length ?? 0);
    return this.#best;
  }

  /** Distributes `left` pods of the group over this topology class and those after it, then continues with the next group. */
  #spread(group: number, topologyClass: number, left: number): void {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS || this.#replays > MAX_REPLAYS || !this.#isCheap()) return;
    if (group === this.#parts.groups.length) {
      this.#verify();
      return;
    }
    const step = this.#parts.codes.step(group);
    const isLast = topologyClass === this.#costs.length - 1;
    for (let here = isLast ? left : 0; here <= left; here += 1) {
      this.#atClass[topologyClass] = (this.#atClass[topologyClass] ?? 0) + here * step;
      const next = this.#parts.groups[group + 1]?.pods.length ?? 0;
      if (here === left) this.#spread(group + 1, 0, next);
      else this.#spread(group, topologyClass + 1, left - here);
      this.#atClass[topologyClass] = (this.#atClass[topologyClass] ?? 0) - here * step;
    }
  }

  #isCheap(): boolean {
    let costUsd = 0;
    for (let topologyClass = 0; topologyClass < this.#costs.length; topologyClass += 1) {
      costUsd += this.#costs[topologyClass]?.cost(this.#atClass[topologyClass] ?? 0) ?? 0;
    }
    return costUsd < this.#belowUsd - 1e-9;
  }

  #verify(): void {
    if (!this.#feasibility.isFeasible(this.#atClass.map((code) => this.#parts.codes.counts(code)))) return;
    this.#replays += 1;
    const nodes = this.#costs.flatMap((costs, topologyClass) =>
      costs.nodes(this.#atClass[topologyClass] ?? 0),
    );
    const binding = new PlannedBinding(this.#parts, nodes);
    if (!binding.run()) return;
    this.#best = binding.fleet;
    this.#belowUsd = binding.fleet.costUsd;
  }
}
