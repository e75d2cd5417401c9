import type { Offering } from '../model/offering.ts';
import { type BinFleet, isBoundToDomain, type NodeBin, type PackingContext } from './filling.ts';
import type { PodGroup } from './model.ts';

/**
 * Which offerings a node to be bought could be instead. Rules that must hold may bind it to a topology class; preferences never
 * do, since the scheduler binds a pod against them rather than not at all.
 */
export class Alternatives {
  readonly #context: PackingContext;
  readonly #fleet: BinFleet;
  readonly #isBound: (group: PodGroup) => boolean;
  /** Whether one node alone is bound: of several, each may move only as long as the others stay. */
  readonly #isOneBound: boolean;

  constructor(context: PackingContext, fleet: BinFleet) {
    this.#context = context;
    this.#fleet = fleet;
    this.#isBound = isBoundToDomain(context);
    const bound = fleet.bins.filter((bin) => bin.present === undefined && this.#isBoundBin(bin));
    this.#isOneBound = bound.length === 1;
  }

  /** Every offering that holds the pods of the node with all rules obeyed. */
  of(bin: NodeBin): readonly Offering[] {
    const { buyable, topologyClasses, admitted, dimensions } = this.#context.model;
    const groups = [...new Set(bin.items.map(({ batch }) => batch.group))];
    const allows = this.#isBoundBin(bin) ? this.#classesFor(bin) : () => true;
    return buyable
      .filter(
        ({ free }, index) =>
          holds(dimensions.amounts(free), bin.load) &&
          groups.every(({ choice }) => admitted[choice]?.[index] === 1) &&
          allows(topologyClasses.classOfNode[index] ?? -1),
      )
      .map(({ offering }) => offering);
  }

  #isBoundBin({ items }: NodeBin): boolean {
    return items.some(({ batch }) => this.#isBound(batch.group));
  }

  /** The topology classes in which the pods may be while all other pods are where they were placed. */
  #classesFor(bin: NodeBin): (topologyClass: number) => boolean {
    const own = (topologyClass: number) => topologyClass === bin.topologyClass;
    if (!this.#isOneBound || this.#isNeededByOthers(bin)) return own;
    const items = bin.items.toSorted((a, b) => a.batch.bindingOrder - b.batch.bindingOrder);
    const others = this.#fleet.counts.copy();
    for (const { batch } of items) others.remove(batch.group.rules, bin.topologyClass);
    const known = new Map<number, boolean>([[bin.topologyClass, true]]);
    return (topologyClass) => {
      let isAllowed = known.get(topologyClass);
      if (isAllowed !== undefined) return isAllowed;
      const counts = others.copy();
      isAllowed = items.every(({ batch: { group } }) => {
        const isOpen = counts.allows(group.rules, topologyClass);
        counts.add(group.rules, topologyClass);
        return isOpen;
      });
      known.set(topologyClass, isAllowed);
      return isAllowed;
    };
  }

  /** Whether pods on other nodes may be where they are only because these are here. */
  #isNeededByOthers(bin: NodeBin): boolean {
    const { rules, groups } = this.#context.model;
    const needed = new Set(
      groups.flatMap(({ rules: id }) => rules.ruleSet(id).affinity.map(({ counter }) => counter)),
    );
    if (needed.size === 0) return false;
    const others = this.#context.model.pods.length > bin.items.length;
    return (
      others &&
      bin.items.some(({ batch }) =>
        rules.ruleSet(batch.group.rules).countedBy.some((counter) => needed.has(counter)),
      )
    );
  }
}

function holds(capacity: Float64Array, load: Float64Array): boolean {
  return load.every((amount, dimension) => amount <= (capacity[dimension] ?? 0));
}
