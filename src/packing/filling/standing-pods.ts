import type { Pod } from '../../model/pod.ts';
import type { PackingModel } from '../model.ts';
import { HOST, TopologyCounts, type TopologyRules } from '../rules.ts';
import { bitOf } from './host-rule-set.ts';

/** What the rules count of the pods that stood on a node before; shared by all drafts of the node and never changed. */
export interface StandingOnNode {
  /** Bits of the counters by hostname that the pods add to, and how many of the pods add to each. */
  readonly bits: Uint32Array;
  readonly counts: ReadonlyMap<number, number>;
  readonly hostPorts: readonly string[];
}

/** What the rules count of all pods that stand on present nodes: counted once for all fleets of a problem. */
export class StandingPods {
  /** By the index of the present node. */
  readonly onNode: readonly StandingOnNode[];
  /** Beyond single nodes. */
  readonly counts: TopologyCounts;
  /** Counters that any of the pods adds to, those that are being deleted among them. */
  readonly counters = new Set<number>();

  constructor(model: PackingModel, words: number) {
    const { rules, topologyClasses, present, buyable } = model;
    const nobody: StandingOnNode = { bits: new Uint32Array(words), counts: new Map(), hostPorts: [] };
    this.counts = new TopologyCounts(rules, topologyClasses);
    this.onNode = present.map(({ pods }, index) => {
      const topologyClass = topologyClasses.classOfNode[buyable.length + index] ?? 0;
      let note: NodeNote | undefined;
      for (const pod of rules.countedAmong(pods)) {
        const countedBy = rules.bumpsOf(pod);
        if (countedBy.length === 0 && pod.hostPorts.length === 0) continue;
        note ??= new NodeNote(words);
        this.#count(pod, countedBy, { topologyClass, rules, note });
      }
      return note ?? nobody;
    });
  }

  /** One that is being deleted is seen by affinity still, not by spread. */
  #count(
    pod: Pod,
    countedBy: readonly number[],
    {
      topologyClass,
      rules,
      note,
    }: { readonly topologyClass: number; readonly rules: TopologyRules; readonly note: NodeNote },
  ): void {
    const isLeaving = pod.deletionRequestedAtMs !== undefined;
    for (const counter of countedBy) {
      this.counters.add(counter);
      const { key, counts } = rules.counters[counter] ?? {};
      if (isLeaving && counts === 'living-pods') continue;
      this.counts.addStanding(counter, topologyClass);
      if (key === HOST) note.add(counter);
    }
    note.hostPorts.push(...pod.hostPorts);
  }
}

/** What the pods of one node add up to. */
class NodeNote implements StandingOnNode {
  readonly hostPorts: string[] = [];
  readonly counts = new Map<number, number>();
  readonly bits: Uint32Array;

  constructor(words: number) {
    this.bits = new Uint32Array(words);
  }

  add(counter: number): void {
    const { word, mask } = bitOf(counter);
    this.counts.set(counter, (this.counts.get(counter) ?? 0) + 1);
    this.bits[word] = (this.bits[word] as number) | mask;
  }
}
