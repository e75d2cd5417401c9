import type { Pod } from '../../model/pod.ts';
import type { PodGroup } from '../model.ts';
import { HOST } from '../rules.ts';
import type { BinFleet, PackingContext } from './bin-fleet.ts';
import { GreedyPlacer } from './greedy-placer.ts';
import type { Batch, NodeBin } from './node-bin.ts';
import { RankedBins } from './ranked-bins.ts';

/** A pod that was placed under all topology rules, with its place in the binding order. */
export interface OrderedPlacement {
  readonly pod: Pod;
  readonly batch: Batch;
  readonly bin: NodeBin;
}

interface PlacementOptions {
  /** @default 0 */
  readonly firstBindingOrder?: number;
  /** Whether nodes may be bought for the pods. @default true */
  readonly mayOpen?: boolean;
}

/**
 * Places pod groups in binding order under all topology rules: each pod is feasible when it is bound, given the pods before it.
 * Groups whose affinity or spread needs other pods are tried again after those are placed.
 */
export class ConstrainedPlacement {
  readonly orderedPlacements: OrderedPlacement[] = [];
  readonly #context: PackingContext;
  readonly #fleet: BinFleet;
  readonly #placer: GreedyPlacer;
  readonly #ranks: RankedBins | undefined;
  #nextBindingOrder: number;

  constructor(context: PackingContext, fleet: BinFleet, options: PlacementOptions = {}) {
    this.#context = context;
    this.#fleet = fleet;
    this.#placer = new GreedyPlacer(context, fleet, { mayOpen: options.mayOpen ?? true });
    this.#ranks = options.mayOpen === false ? new RankedBins(context, fleet) : undefined;
    this.#nextBindingOrder = options.firstBindingOrder ?? 0;
  }

  /** The binding order of the next pod. */
  get nextBindingOrder(): number {
    return this.#nextBindingOrder;
  }

  run(order: readonly PodGroup[]): void {
    let waiting = order.map((group) => ({ group, from: 0 }));
    for (let isMoving = true; isMoving && waiting.length > 0;) {
      isMoving = false;
      const left: typeof waiting = [];
      for (const { group, from } of waiting) {
        const to = this.#placeFrom(group, from);
        if (to > from) isMoving = true;
        if (to < group.pods.length) left.push({ group, from: to });
      }
      waiting = left.filter(({ group }) => this.#dependsOnOthers(group));
    }
  }

  /** Whether placing other pods can make a node feasible for the group. */
  #dependsOnOthers({ rules }: PodGroup): boolean {
    const { affinity, spread } = this.#context.model.rules.ruleSet(rules);
    return affinity.length + spread.length > 0;
  }

  #placeFrom(group: PodGroup, from: number): number {
    const { counts } = this.#fleet;
    const { affinity, preferences } = counts.ofRuleSet(group.rules);
    const affinityScoreOf = (topologyClass: number) => counts.affinityScore(group.rules, topologyClass);
    // With affinity, the first pod of a group is judged by other rules than later ones, so pods are placed one by one.
    const step = affinity.length > 0 ? 1 : group.pods.length;
    let at = from;
    for (; at < group.pods.length; at += step) {
      const pods = group.pods.slice(at, at + step);
      const batch = this.#batchOf(group);
      const ranks = this.#ranks;
      ranks?.renew();
      let placedCount = 0;
      this.#placer.place(
        {
          batch,
          pods,
          ...(preferences.length > 0 && { affinityScoreOf }),
          ...(ranks !== undefined && { ranks }),
        },
        () => this.#allowedClasses(group),
        (bin) => {
          counts.add(group.rules, bin.topologyClass);
          this.orderedPlacements.push({ pod: pods[placedCount] as Pod, batch, bin });
          placedCount += 1;
        },
      );
      if (placedCount < pods.length) return at + placedCount;
    }
    return group.pods.length;
  }

  #batchOf(group: PodGroup): Batch {
    const hostRules = this.#context.hostRules.ofRuleSet(group.rules);
    const isFirst = this.#fleet.counts.isFirst(group.rules);
    this.#nextBindingOrder += 1;
    return { group, hostRules, bindingOrder: this.#nextBindingOrder - 1, topologyClass: undefined, isFirst };
  }

  #allowedClasses({ rules }: PodGroup): readonly number[] {
    const open: number[] = [];
    for (
      let topologyClass = 0;
      topologyClass < this.#context.model.topologyClasses.count;
      topologyClass += 1
    ) {
      if (this.#fleet.counts.allows(rules, topologyClass)) open.push(topologyClass);
    }
    return open;
  }
}

/**
 * For each group, whether a topology rule depends on the domain or the binding order of its pods. Such groups need ordered
 * placement. Pods of all other groups may be bound afterwards on any node that the rules about single nodes allow.
 */
export function needsOrderedPlacement(context: PackingContext): (group: PodGroup) => boolean {
  const isBound = isBoundToDomain(context);
  return (group) => isBound(group) || prefersDomain(context, group);
}

/** For each group, whether a topology rule that must hold depends on the domain or the binding order of its pods. */
export function isBoundToDomain({ model }: PackingContext): (group: PodGroup) => boolean {
  const { rules, groups } = model;
  const counters = rules.counters;
  const affinityCounters = new Set(
    groups.flatMap(({ rules: id }) => rules.ruleSet(id).affinity.map(({ counter }) => counter)),
  );
  return ({ rules: id }) => {
    const { affinity, antiAffinity, spread, countedBy } = rules.ruleSet(id);
    if (affinity.length > 0 || [...antiAffinity, ...spread].some(isBeyondHosts)) return true;
    return countedBy.some((counter) => {
      const { key = HOST, counts } = counters[counter] ?? {};
      return affinityCounters.has(counter) || (key !== HOST && (counts === 'pods' || counts === 'holders'));
    });
  };
}

/** Whether pods of the group would rather be in one domain than in another; such a preference forbids none. */
export function prefersDomain({ model }: PackingContext, { rules }: PodGroup): boolean {
  return model.rules.ruleSet(rules).preferences.some(isBeyondHosts);
}

function isBeyondHosts({ key }: { readonly key: number }): boolean {
  return key !== HOST;
}
