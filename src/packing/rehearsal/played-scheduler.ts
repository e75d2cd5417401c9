import type { DraftFleet, Workbench } from '../filling/draft-fleet.ts';
import { fitsBeside } from '../filling/host-rules.ts';
import type { Batch } from '../filling/node-draft.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import type { PlannedPod } from './binding-order.ts';
import { noteBound, SchedulerScores, type Stage, type StageCounts } from './scheduler-scores.ts';

/** Chooses one of so many. */
export type Draw = (choices: number) => number;

type WaitingPod = Pick<PlannedPod, 'group' | 'pod'>;

export interface Played {
  /** As they were bound. */
  readonly bound: readonly PlannedPod[];
  /** Those that found no place. */
  readonly late: readonly WaitingPod[];
}

interface Play {
  readonly fleet: DraftFleet;
  /** Nodes of the fleet that pods may be bound to. */
  readonly stages: readonly Stage[];
  /** Who is on them. */
  readonly counts: StageCounts;
  /** Chooses among nodes of equal score, as the scheduler does by chance. */
  readonly draw: Draw;
  /** @default 0 */
  readonly firstTurn?: number;
}

/** Binds pods as kube-scheduler would by its own mind: of all nodes that would do, one that its default scores like best. */
export class PlayedScheduler {
  readonly #bench: Workbench;
  readonly #scores: SchedulerScores;

  constructor(bench: Workbench) {
    this.#bench = bench;
    this.#scores = new SchedulerScores(bench.model);
  }

  /** Binds one pod after the other, and puts them on the fleet; who finds no place is tried again after the others. */
  bindAll(order: readonly WaitingPod[], play: Play): Played {
    const { fleet, firstTurn = 0 } = play;
    const bound: PlannedPod[] = [];
    let late = order;
    for (let before = -1; late.length > 0 && late.length !== before;) {
      before = late.length;
      late = late.filter(({ group, pod }) => {
        const batch = this.#batchOf(group, fleet, firstTurn + bound.length);
        const stage = this.#best(batch, this.#fitting(batch, play), play);
        if (stage === undefined) return true;
        stage.draft.add({ batch, pod });
        fleet.counts.add(group.rules, stage.draft.site);
        noteBound(stage, group);
        bound.push({ group, pod, draft: stage.draft });
        return false;
      });
    }
    return { bound, late };
  }

  #batchOf(group: PodGroup, { counts }: DraftFleet, turn: number): Batch {
    const hostRules = this.#bench.hostRules.ofRuleSet(group.rules);
    return { group, hostRules, turn, site: undefined, isFirst: counts.isFirst(group.rules) };
  }

  #fitting(batch: Batch, { fleet, stages }: Play): readonly Stage[] {
    const { sites } = this.#bench.model;
    const { rules } = batch.group;
    const isOpen = Array.from({ length: sites.count }, (_, site) => fleet.counts.allows(rules, site));
    // Where another node may come it has no such pod, so none is the fewest.
    const fewest = this.#bench.mayGrow
      ? []
      : batch.hostRules.spread.map((rule) => this.#bench.hostRules.fewest(rule, fleet.drafts, sites));
    return stages.filter(
      (stage) =>
        isOpen[stage.draft.site] === true &&
        this.#fits(stage, batch) &&
        fitsBeside(stage.draft, batch, fewest),
    );
  }

  #fits({ draft, place }: Stage, { group }: Batch): boolean {
    const { need, choice, hostPorts } = group;
    if (!draft.isOpen || !draft.hasRoom(need) || this.#bench.model.admitted[choice]?.[place] !== 1)
      return false;
    return !hostPorts.some((port) => draft.hostPorts?.has(port) === true);
  }

  #best({ group }: Batch, fitting: readonly Stage[], { counts, draw }: Play): Stage | undefined {
    if (fitting.length <= 1) return fitting[0];
    const scores = this.#scores.of(group, fitting, counts);
    const most = scores.reduce((a, b) => Math.max(a, b));
    const best = fitting.filter((_, index) => scores[index] === most);
    return best[best.length === 1 ? 0 : draw(best.length)];
  }
}
