import type { Pod } from '../../model/pod.ts';
import { BinFleet, type NodeBin, type PackingContext, satisfiesHostRules } from '../filling.ts';
import type { PodGroup } from '../model.ts';
import type { CostParts, PricedNode } from './topology-class-costs.ts';

/** A node, and how many pods of each group are still to come to it. */
interface OpenNode {
  readonly bin: NodeBin;
  readonly left: number[];
}

/** Binds pods to the nodes that they are planned for, in an order in which each may be bound, if there is one. */
export class PlannedBinding {
  readonly fleet: BinFleet;
  readonly #context: PackingContext;
  readonly #groups: readonly PodGroup[];
  readonly #nodes: readonly OpenNode[];
  readonly #waiting: Pod[][];
  #bindingOrder = 0;

  constructor({ context, groups, codes }: CostParts, nodes: readonly PricedNode[]) {
    this.fleet = new BinFleet(context, true);
    this.#context = context;
    this.#groups = groups;
    this.#waiting = groups.map(({ pods }) => [...pods]);
    this.#nodes = nodes.map(({ topologyClass, tableId, row, code }) => ({
      bin: this.fleet.open(topologyClass, tableId, row),
      left: [...codes.counts(code)],
    }));
  }

  /** Repeats until no further pod can be bound; returns whether all are bound. */
  run(): boolean {
    for (let before = -1; before < this.#bindingOrder;) {
      before = this.#bindingOrder;
      this.#groups.forEach((group, index) => {
        for (const node of this.#nodes) this.#bindAll(group, index, node);
      });
    }
    return this.#waiting.every((pods) => pods.length === 0);
  }

  #bindAll(group: PodGroup, index: number, { bin, left }: OpenNode): void {
    const { counts } = this.fleet;
    const hostRules = this.#context.hostRules.ofRuleSet(group.rules);
    while ((left[index] ?? 0) > 0 && counts.allows(group.rules, bin.topologyClass)) {
      const isFirst = counts.isFirst(group.rules);
      const batch = {
        group,
        hostRules,
        bindingOrder: this.#bindingOrder,
        topologyClass: bin.topologyClass,
        isFirst,
      };
      const pod = this.#waiting[index]?.[0];
      if (pod === undefined || !satisfiesHostRules(bin, batch, ANOTHER_NODE)) return;
      this.#waiting[index]?.shift();
      bin.add({ batch, pod });
      counts.add(group.rules, bin.topologyClass);
      left[index] = (left[index] ?? 0) - 1;
      this.#bindingOrder += 1;
    }
  }
}

/** Another node is always possible and has no pod, so no spread over hostnames counts more than none as the fewest. */
const ANOTHER_NODE: readonly number[] = [];
