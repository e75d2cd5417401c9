import { type Batch, type BinFleet, type PackingContext, satisfiesHostRules } from '../filling.ts';
import type { PodGroup } from '../model.ts';
import type { PlannedPod } from './binding-order.ts';
import { noteBound, SchedulerScores, type SimulatedNode, type StageCounts } from './scheduler-scores.ts';

/** Chooses one of `choices` at random: 0 to choices - 1. */
export type RandomSource = (choices: number) => number;

type WaitingPod = Pick<PlannedPod, 'group' | 'pod'>;

export interface SimulatedBindings {
  /** As they were bound. */
  readonly bound: readonly PlannedPod[];
  /** Pods that stayed unscheduled. */
  readonly unscheduled: readonly WaitingPod[];
}

interface SimulationRun {
  readonly fleet: BinFleet;
  /** Nodes of the fleet that pods may be bound to. */
  readonly nodes: readonly SimulatedNode[];
  /** Who is on them. */
  readonly counts: StageCounts;
  /** Chooses among nodes of equal score, as kube-scheduler does at random. */
  readonly random: RandomSource;
  /** @default 0 */
  readonly firstBindingOrder?: number;
}

/** Binds pods as kube-scheduler would: to the feasible node with the highest default score. */
export class SchedulerSimulation {
  readonly #context: PackingContext;
  readonly #scores: SchedulerScores;

  constructor(context: PackingContext) {
    this.#context = context;
    this.#scores = new SchedulerScores(context.model);
  }

  /** Binds the pods one after the other to nodes of the fleet; unscheduled pods are retried after the others. */
  bindAll(order: readonly WaitingPod[], run: SimulationRun): SimulatedBindings {
    const { fleet, firstBindingOrder = 0 } = run;
    const bound: PlannedPod[] = [];
    let unscheduled = order;
    for (let before = -1; unscheduled.length > 0 && unscheduled.length !== before;) {
      before = unscheduled.length;
      unscheduled = unscheduled.filter(({ group, pod }) => {
        const batch = this.#batchOf(group, fleet, firstBindingOrder + bound.length);
        const simulated = this.#best(batch, this.#fitting(batch, run), run);
        if (simulated === undefined) return true;
        simulated.bin.add({ batch, pod });
        fleet.counts.add(group.rules, simulated.bin.topologyClass);
        noteBound(simulated, group);
        bound.push({ group, pod, bin: simulated.bin });
        return false;
      });
    }
    return { bound, unscheduled };
  }

  #batchOf(group: PodGroup, { counts }: BinFleet, bindingOrder: number): Batch {
    const hostRules = this.#context.hostRules.ofRuleSet(group.rules);
    return { group, hostRules, bindingOrder, topologyClass: undefined, isFirst: counts.isFirst(group.rules) };
  }

  #fitting(batch: Batch, { fleet, nodes: candidates }: SimulationRun): readonly SimulatedNode[] {
    const { topologyClasses } = this.#context.model;
    const { rules } = batch.group;
    const isOpen = Array.from({ length: topologyClasses.count }, (_, topologyClass) =>
      fleet.counts.allows(rules, topologyClass),
    );
    // If a further node is possible, the global minimum is 0.
    const fewest = this.#context.mayGrow
      ? []
      : batch.hostRules.spread.map((rule) =>
          this.#context.hostRules.fewest(rule, fleet.bins, topologyClasses),
        );
    return candidates.filter(
      (simulated) =>
        isOpen[simulated.bin.topologyClass] === true &&
        this.#fits(simulated, batch) &&
        satisfiesHostRules(simulated.bin, batch, fewest),
    );
  }

  #fits({ bin, place }: SimulatedNode, { group }: Batch): boolean {
    const { need, choice, hostPorts } = group;
    if (!bin.isOpen || !bin.hasRoom(need) || this.#context.model.admitted[choice]?.[place] !== 1)
      return false;
    return !bin.isAnyPortTaken(hostPorts);
  }

  #best(
    { group }: Batch,
    fitting: readonly SimulatedNode[],
    { counts, random }: SimulationRun,
  ): SimulatedNode | undefined {
    if (fitting.length <= 1) return fitting[0];
    const scores = this.#scores.of(group, fitting, counts);
    const max = scores.reduce((a, b) => Math.max(a, b));
    const best = fitting.filter((_, index) => scores[index] === max);
    return best[best.length === 1 ? 0 : random(best.length)];
  }
}
