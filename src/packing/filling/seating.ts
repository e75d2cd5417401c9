import type { Pod } from '../../model/pod.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import { HOST } from '../rules/topology-rules.ts';
import type { DraftFleet, Workbench } from './draft-fleet.ts';
import { Filler } from './fill.ts';
import type { Batch, NodeDraft } from './node-draft.ts';

/** A pod that was placed under all rules, and when. */
export interface Seat {
  readonly pod: Pod;
  readonly batch: Batch;
  readonly draft: NodeDraft;
}

interface SeatingOptions {
  /** @default 0 */
  readonly firstTurn?: number;
  /** Whether nodes may be bought for the pods. @default true */
  readonly mayOpen?: boolean;
}

/**
 * Places groups one after the other under all rules, so that each pod is allowed where it goes at its moment, with those
 * before it in place. Groups that wait for others are tried again once these are there.
 */
export class Seating {
  readonly seats: Seat[] = [];
  readonly #bench: Workbench;
  readonly #fleet: DraftFleet;
  readonly #filler: Filler;
  #turn: number;

  constructor(bench: Workbench, fleet: DraftFleet, options: SeatingOptions = {}) {
    this.#bench = bench;
    this.#fleet = fleet;
    this.#filler = new Filler(bench, fleet, { mayOpen: options.mayOpen ?? true });
    this.#turn = options.firstTurn ?? 0;
  }

  /** The turn of whoever comes next. */
  get nextTurn(): number {
    return this.#turn;
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
      waiting = left.filter(({ group }) => this.#mayBeHelped(group));
    }
  }

  /** Whether other pods' coming can open a place to the group. */
  #mayBeHelped({ rules }: PodGroup): boolean {
    const { near, spread } = this.#bench.model.rules.ruleSet(rules);
    return near.length + spread.length > 0;
  }

  #placeFrom(group: PodGroup, from: number): number {
    const { counts } = this.#fleet;
    const { near, prefer } = counts.ofRuleSet(group.rules);
    const favourOf = (site: number) => counts.favour(group.rules, site);
    // Where affinity matters, who was first and who came later is told pod by pod.
    const step = near.length > 0 ? 1 : group.pods.length;
    let at = from;
    for (; at < group.pods.length; at += step) {
      const pods = group.pods.slice(at, at + step);
      const batch = this.#batchOf(group);
      let seated = 0;
      this.#filler.place(
        { batch, pods, ...(prefer.length > 0 && { favourOf }) },
        () => this.#sitesOpenTo(group),
        (draft) => {
          counts.add(group.rules, draft.site);
          this.seats.push({ pod: pods[seated] as Pod, batch, draft });
          seated += 1;
        },
      );
      if (seated < pods.length) return at + seated;
    }
    return group.pods.length;
  }

  #batchOf(group: PodGroup): Batch {
    const hostRules = this.#bench.hostRules.ofRuleSet(group.rules);
    const isFirst = this.#fleet.counts.isFirst(group.rules);
    this.#turn += 1;
    return { group, hostRules, turn: this.#turn - 1, site: undefined, isFirst };
  }

  #sitesOpenTo({ rules }: PodGroup): readonly number[] {
    const open: number[] = [];
    for (let site = 0; site < this.#bench.model.sites.count; site += 1) {
      if (this.#fleet.counts.allows(rules, site)) open.push(site);
    }
    return open;
  }
}

/**
 * Of each group, whether where its pods go beyond single nodes, or when they are bound, matters to a rule: these must be
 * seated. All others may be bound after them anywhere, as long as no rule about single nodes forbids it.
 */
export function mustBeSeated({ model }: Workbench): (group: PodGroup) => boolean {
  const { rules, groups } = model;
  const counters = rules.counters;
  const awaited = new Set(
    groups.flatMap(({ rules: id }) => rules.ruleSet(id).near.map(({ counter }) => counter)),
  );
  const isBeyondHosts = ({ key }: { readonly key: number }) => key !== HOST;
  return ({ rules: id }) => {
    const { near, apart, spread, prefer, bumps } = rules.ruleSet(id);
    if (near.length > 0 || [...apart, ...spread, ...prefer].some(isBeyondHosts)) return true;
    return bumps.some((counter) => {
      const { key = HOST, counts } = counters[counter] ?? {};
      return awaited.has(counter) || (key !== HOST && (counts === 'pods' || counts === 'holders'));
    });
  };
}
