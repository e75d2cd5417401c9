import type { Pod } from '../../model/pod.ts';
import { DraftFleet, type Workbench } from '../filling/draft-fleet.ts';
import { fitsBeside } from '../filling/host-rules.ts';
import type { NodeDraft } from '../filling/node-draft.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import type { CostParts, SiteNode } from './site-costs.ts';

/** A node, and how many pods of each group are still to come to it. */
interface OpenNode {
  readonly draft: NodeDraft;
  readonly left: number[];
}

/** Binds pods to the nodes that they are planned for, in an order in which each may be bound, if there is one. */
export class PlannedBinding {
  readonly fleet: DraftFleet;
  readonly #bench: Workbench;
  readonly #groups: readonly PodGroup[];
  readonly #nodes: readonly OpenNode[];
  readonly #waiting: Pod[][];
  #turn = 0;

  constructor({ bench, groups, codes }: CostParts, nodes: readonly SiteNode[]) {
    this.fleet = new DraftFleet(bench, true);
    this.#bench = bench;
    this.#groups = groups;
    this.#waiting = groups.map(({ pods }) => [...pods]);
    this.#nodes = nodes.map(({ site, tableId, row, code }) => ({
      draft: this.fleet.open(site, tableId, row),
      left: [...codes.counts(code)],
    }));
  }

  /** Goes round until no pod can be bound any more; whether all are. */
  run(): boolean {
    for (let before = -1; before < this.#turn;) {
      before = this.#turn;
      this.#groups.forEach((group, index) => {
        for (const node of this.#nodes) this.#bindAll(group, index, node);
      });
    }
    return this.#waiting.every((pods) => pods.length === 0);
  }

  #bindAll(group: PodGroup, index: number, { draft, left }: OpenNode): void {
    const { counts } = this.fleet;
    const hostRules = this.#bench.hostRules.ofRuleSet(group.rules);
    while ((left[index] ?? 0) > 0 && counts.allows(group.rules, draft.site)) {
      const isFirst = counts.isFirst(group.rules);
      const batch = { group, hostRules, turn: this.#turn, site: draft.site, isFirst };
      const pod = this.#waiting[index]?.[0];
      if (pod === undefined || !fitsBeside(draft, batch, ANOTHER_NODE)) return;
      this.#waiting[index]?.shift();
      draft.add({ batch, pod });
      counts.add(group.rules, draft.site);
      left[index] = (left[index] ?? 0) - 1;
      this.#turn += 1;
    }
  }
}

/** Another node is always possible and has no pod, so no spread over hostnames counts more than none as the fewest. */
const ANOTHER_NODE: readonly number[] = [];
