import { oncePer } from '../../model/once-per.ts';
import type { Pod } from '../../model/pod.ts';
import { addResources, type Resources } from '../../model/resources.ts';
import { DraftFleet, type Workbench, workbenchOf } from '../filling/draft-fleet.ts';
import { drawer } from '../filling/drawer.ts';
import type { Step } from '../filling/fill-choice.ts';
import { Filler } from '../filling/fill.ts';
import type { Batch, Item, NodeDraft } from '../filling/node-draft.ts';
import { seatingOrder } from '../filling/strategies.ts';
import type { PresentNode } from '../model/nodes.ts';
import { modelOf } from '../model/packing-model.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import type { PlannedPod } from './binding-order.ts';
import { type Draw, PlayedScheduler } from './played-scheduler.ts';
import { type Amounts, type Stage, StageCounts, sumsWith } from './scheduler-scores.ts';

/** Rehearsals of a node's drain: its pods come anew in another order, and chance decides between equal nodes. */
const PLAYS = 3;
const NOTHING: Resources = { cpuMillis: 0, memoryMiB: 0, pods: 0 };

/** A node, and which of its pods would be moved when it goes. */
export interface EmptiableNode extends PresentNode {
  /** These are not among `pods`, and `free` is what is left without them. */
  readonly movable: readonly Pod[];
}

/**
 * Answers for one node after another whether all its movable pods may be bound to the others, by the rules of the packer and
 * without any new node, and whether the scheduler would bind them, which spreads pods where a proof may pack them. A node that may go is closed and its pods stand where they would move to, so that the next answer
 * counts with it; after a "no" all is as before. Compiled once; an answer costs the pods of the node times nodes.
 */
export class Emptying {
  readonly #bench: Workbench;
  readonly #fleet: DraftFleet;
  readonly #filler: Filler;
  readonly #compare: (a: PodGroup, b: PodGroup) => number;
  readonly #nodes: readonly EmptiableNode[];
  readonly #scheduler: PlayedScheduler;
  readonly #draftOf = new Map<string, NodeDraft>();
  /** What the scheduler sees of each node, by its index; made when a play needs it first and kept up to date from then on. */
  readonly #stages: (Stage | undefined)[] = [];
  readonly #counts = new StageCounts();
  readonly #roomy = new Map<Float64Array, readonly (readonly NodeDraft[])[]>();
  #turn = 1;

  constructor(nodes: readonly EmptiableNode[]) {
    const pods = nodes.flatMap(({ movable }) => movable);
    const model = modelOf({ pods, buyable: [], present: nodes, maxNewNodes: 0 });
    this.#bench = workbenchOf(model);
    this.#fleet = new DraftFleet(this.#bench);
    this.#filler = new Filler(this.#bench, this.#fleet);
    this.#nodes = nodes;
    this.#scheduler = new PlayedScheduler(this.#bench);
    this.#compare = seatingOrder(model);
    const batchOf = new Map<Pod, Batch>();
    for (const group of model.groups) {
      const batch = this.#batchOf(group, 0);
      for (const pod of group.pods) batchOf.set(pod, batch);
    }
    nodes.forEach(({ place, movable }, index) => {
      const draft = this.#fleet.drafts[index];
      if (draft === undefined) return;
      this.#draftOf.set(place.id, draft);
      for (const pod of movable) this.#put(batchOf.get(pod), pod, draft);
    });
  }

  /** The pods that have, or would find, no other place; `undefined` for a node that is not there. */
  tryEmpty(id: string): readonly Pod[] | undefined {
    const draft = this.#draftOf.get(id);
    if (draft === undefined) return undefined;
    const items = [...draft.items];
    const wasOpen = draft.isOpen;
    draft.isOpen = false;
    draft.reset();
    for (const { batch } of items) this.#fleet.counts.remove(batch.group.rules, draft.site);
    const steps: Step[] = [];
    const unplaced = this.#placeElsewhere(items, steps);
    for (const step of steps.reverse()) this.#undo(step.draft);
    const homeless = unplaced.length > 0 ? unplaced : this.#rehearse(items, draft);
    if (homeless.length === 0) return homeless;
    for (const item of items) {
      draft.add(item);
      this.#fleet.counts.add(item.batch.group.rules, draft.site);
    }
    draft.isOpen = wasOpen;
    return homeless;
  }

  /** The pods that found no place; those that wait for others of them are tried again. */
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
    for (let site = 0; site < this.#bench.model.sites.count; site += 1) {
      if (counts.allows(group.rules, site)) open.push(site);
    }
    const batch = this.#batchOf(group, this.#turn);
    const placed = this.#filler.place(
      { batch, pods: [pod], among: this.#roomyFor(group) },
      () => open,
      (draft) => {
        counts.add(group.rules, draft.site);
        if (this.#filler.lastStep !== undefined) steps.push(this.#filler.lastStep);
      },
    );
    this.#turn += placed;
    return placed === 1;
  }

  /** Nodes that had room for the need when it was asked for first: room elsewhere only shrinks as nodes go. */
  #roomyFor({ need }: PodGroup): (site: number) => readonly NodeDraft[] {
    let bySite = this.#roomy.get(need);
    if (bySite === undefined) {
      bySite = this.#fleet.bySite.map((drafts) =>
        drafts.filter((draft) => draft.isOpen && draft.hasRoom(need)),
      );
      this.#roomy.set(need, bySite);
    }
    const found = bySite;
    return (site) => found[site] ?? [];
  }

  #put(batch: Batch | undefined, pod: Pod, draft: NodeDraft): void {
    if (batch === undefined) return;
    draft.add({ batch, pod });
    this.#fleet.counts.add(batch.group.rules, draft.site);
  }

  #batchOf(group: PodGroup, turn: number): Batch {
    const hostRules = this.#bench.hostRules.ofRuleSet(group.rules);
    return { group, hostRules, turn, site: undefined, isFirst: this.#fleet.counts.isFirst(group.rules) };
  }

  /** Lets the scheduler bind them by its own mind, several times; those that find no place once. They stay where they came to last. */
  #rehearse(items: readonly Item[], { present = -1 }: NodeDraft): readonly Pod[] {
    const left = this.#stages[present];
    for (const { batch } of items) left?.counts.add(left, batch.group.index, -1);
    const homeless = this.#playAll(items);
    if (homeless.length > 0) for (const { batch } of items) left?.counts.add(left, batch.group.index, 1);
    return homeless;
  }

  #playAll(items: readonly Item[]): readonly Pod[] {
    const draw = drawer();
    const stages = this.#fleet.drafts.flatMap((draft, index) =>
      draft.isOpen ? [this.#stageOf(draft, index)] : [],
    );
    const order = items.map(({ batch, pod }) => ({ group: batch.group, pod }));
    for (let plays = 1; ; plays += 1) {
      const play = { fleet: this.#fleet, stages, counts: this.#counts, draw, firstTurn: this.#turn };
      const { bound, late } = this.#scheduler.bindAll(plays === 1 ? order : shuffled(order, draw), play);
      this.#turn += bound.length;
      if (late.length === 0 && plays === PLAYS) return [];
      this.#unbind(bound);
      if (late.length > 0) return late.map(({ pod }) => pod);
    }
  }

  #unbind(bound: readonly PlannedPod[]): void {
    for (const { draft, group } of bound.toReversed()) {
      this.#undo(draft);
      const stage = this.#stages[draft.present ?? -1];
      stage?.counts.add(stage, group.index, -1);
    }
    for (const draft of new Set(bound.map((one) => one.draft))) {
      const stage = this.#stages[draft.present ?? -1];
      // Added up again rather than taken off, so that fractions come out the same.
      if (stage !== undefined) Object.assign(stage, this.#sumsOf(draft));
    }
  }

  /** Who stays takes room; for whom to be near or apart, the scores look only at pods that some drain would move. */
  #stageOf(draft: NodeDraft, index: number): Stage {
    const known = this.#stages[index];
    if (known !== undefined) return known;
    const { free, place } = this.#nodes[index] as EmptiableNode;
    const { cpu, memory } = this.#standingOn(index);
    const stage: Stage = {
      draft,
      place: index,
      hostname: place.id,
      labels: place.labels,
      allocatable: { cpu: cpu + free.cpuMillis, memory: memory + free.memoryMiB },
      ...this.#sumsOf(draft),
      counts: this.#counts,
    };
    for (const { batch } of draft.items) this.#counts.add(stage, batch.group.index, 1);
    this.#stages[index] = stage;
    return stage;
  }

  #standingOn(index: number): Amounts {
    const { cpuMillis, memoryMiB } = standingRequests(this.#nodes[index] as EmptiableNode);
    return { cpu: cpuMillis, memory: memoryMiB };
  }

  /** What its pods ask for, those that stay first. */
  #sumsOf({ present = -1, items }: NodeDraft): Pick<Stage, 'requested' | 'assumed'> {
    const standing = this.#standingOn(present);
    return sumsWith(
      { requested: standing, assumed: standing },
      items.map(({ batch }) => batch.group),
    );
  }

  #undo(draft: NodeDraft): void {
    const item = draft.items.at(-1);
    draft.removeLast();
    if (item !== undefined) this.#fleet.counts.remove(item.batch.group.rules, draft.site);
  }
}

/** What the pods that stay ask for. */
const standingRequests = oncePer(({ pods }: EmptiableNode): Resources =>
  pods.map(({ requests }) => requests).reduce(addResources, NOTHING),
);

function shuffled<T>(list: readonly T[], draw: Draw): readonly T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(draw(left.length), 1));
}
