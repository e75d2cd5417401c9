import type { PlannedPod } from './binding-order.ts';
import { DraftFleet, type Workbench } from './draft-fleet.ts';
import { fitsBeside } from './host-rules.ts';
import type { Batch, NodeDraft } from './node-draft.ts';
import type { PodGroup } from './pod-groups.ts';
import { noteBound, SchedulerScores, type Stage } from './scheduler-scores.ts';

/** Where pods went that came in some order to a scheduler that chooses nodes by its own mind. */
export interface Rehearsal {
  /** As they were bound: the nodes are the rehearsal's own. */
  readonly bound: readonly PlannedPod[];
  /** Those that found no place. */
  readonly late: readonly PlannedPod[];
  /** The nodes with the pods on them. */
  readonly fleet: DraftFleet;
}

type Draw = (choices: number) => number;

/** Another node is always possible and has no pod, so no spread over hostnames counts more than none as the fewest. */
const ANOTHER_NODE: readonly number[] = [];

/** Plays what kube-scheduler would do with the nodes of a plan, which are all there and empty when the first pod comes. */
export class Rehearsals {
  readonly #bench: Workbench;
  readonly #drafts: readonly NodeDraft[];
  readonly #scores: SchedulerScores;

  constructor(bench: Workbench, drafts: readonly NodeDraft[]) {
    this.#bench = bench;
    this.#drafts = drafts;
    this.#scores = new SchedulerScores(bench.model);
  }

  /** `draw`: chooses among nodes of equal score, as the scheduler does by chance. */
  play(order: readonly PlannedPod[], draw: Draw): Rehearsal {
    const fleet = new DraftFleet(this.#bench);
    const stages = this.#drafts.map((draft, index) => this.#stageOf(draft, fleet, index));
    const bound: PlannedPod[] = [];
    let waiting = order;
    for (let before = -1; waiting.length > 0 && waiting.length !== before; ) {
      before = waiting.length;
      waiting = waiting.filter(({ group, pod }) => {
        const batch = this.#batchOf(group, fleet, bound.length);
        const fitting = this.#fitting(batch, fleet, stages);
        const stage = this.#best(batch, fitting, { stages, draw });
        if (stage === undefined) return true;
        stage.draft.add({ batch, pod });
        fleet.counts.add(group.rules, stage.draft.site);
        noteBound(stage, group);
        bound.push({ group, pod, draft: stage.draft });
        return false;
      });
    }
    return { bound, late: waiting, fleet };
  }

  #batchOf(group: PodGroup, { counts }: DraftFleet, turn: number): Batch {
    const hostRules = this.#bench.hostRules.ofRuleSet(group.rules);
    return { group, hostRules, turn, site: undefined, isFirst: counts.isFirst(group.rules) };
  }

  #fitting(batch: Batch, { counts }: DraftFleet, stages: readonly Stage[]): readonly Stage[] {
    const { count } = this.#bench.model.sites;
    const isOpen = Array.from({ length: count }, (_, site) => counts.allows(batch.group.rules, site));
    return stages.filter((stage) => isOpen[stage.draft.site] === true && this.#fits(stage, batch));
  }

  #fits({ draft, offer }: Stage, batch: Batch): boolean {
    const { need, choice, hostPorts } = batch.group;
    if (!draft.hasRoom(need) || this.#bench.model.admitted[choice]?.[offer] !== 1) return false;
    if (hostPorts.some((port) => draft.hostPorts?.has(port) === true)) return false;
    return fitsBeside(draft, batch, ANOTHER_NODE);
  }

  #best(
    { group }: Batch,
    fitting: readonly Stage[],
    { stages, draw }: { readonly stages: readonly Stage[]; readonly draw: Draw },
  ): Stage | undefined {
    if (fitting.length <= 1) return fitting[0];
    const scores = this.#scores.of(group, fitting, stages);
    const most = Math.max(...scores);
    const best = fitting.filter((_, index) => scores[index] === most);
    return best[best.length === 1 ? 0 : draw(best.length)];
  }

  #stageOf({ site, tableId, table, row }: NodeDraft, fleet: DraftFleet, index: number): Stage {
    const offer = table.offers[row] ?? -1;
    const { model } = this.#bench;
    const buyable = model.buyable[offer];
    if (buyable === undefined) throw new RangeError(`row ${row} of the table is no offer`);
    const { free, place, offering } = buyable;
    const { cpuMillis, memoryMiB } = offering.allocatable;
    const requested = { cpu: cpuMillis - free.cpuMillis, memory: memoryMiB - free.memoryMiB };
    return {
      draft: fleet.open(site, tableId, row),
      offer,
      hostname: String(index),
      labels: place.labels,
      allocatable: { cpu: cpuMillis, memory: memoryMiB },
      requested,
      assumed: requested,
      counts: new Int32Array(model.groups.length),
    };
  }
}
