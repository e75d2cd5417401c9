import type { DraftFleet, Workbench } from '../filling/draft-fleet.ts';
import { seatingOrder } from '../filling/strategies.ts';
import type { PackingModel } from '../model/packing-model.ts';
import { CountCodes } from './count-codes.ts';
import { PlannedBinding } from './planned-binding.ts';
import { type CostParts, SiteCosts } from './site-costs.ts';
import { SiteOutlook } from './site-outlook.ts';

/*
 * Bounds on the work, counted rather than timed, so that the answer is the same on every machine. The splits of twelve pods
 * that all differ are 531,441 a site; of 30 and 30 in two groups 246,016.
 */
const MOST_PODS = 60;
const MOST_SPLITS = 2_000_000;
const MOST_STEPS = 200_000;
const MOST_REPLAYS = 300;

/** Whether there are few enough ways for all to be tried. */
export function canBeExact({ pods, groups, sites }: PackingModel): boolean {
  const splits = groups.reduce((product, group) => {
    const size = group.pods.length;
    return (product * (size + 1) * (size + 2)) / 2;
  }, 1);
  return sites.count > 0 && pods.length <= MOST_PODS && splits * sites.count <= MOST_SPLITS;
}

/**
 * The cheapest fleet for few pods, by trying everything: how many pods of each group go to which site, and how these are
 * best split over nodes there. Rules beyond single nodes are judged by binding the pods one by one. `undefined` when there
 * are too many ways, or none that costs less than `belowUsd`.
 */
export function exactFleet(bench: Workbench, belowUsd: number): DraftFleet | undefined {
  const { model } = bench;
  if (!canBeExact(model)) return undefined;
  const groups = [...model.groups].sort(seatingOrder(model));
  const codes = new CountCodes(groups.map(({ pods }) => pods.length));
  return new SiteSearch({ bench, groups, codes }).cheapest(belowUsd);
}

/** Tries every way to give the pods sites, and leaves early what costs too much already. */
class SiteSearch {
  readonly #parts: CostParts;
  readonly #costs: readonly SiteCosts[];
  readonly #outlook: SiteOutlook;
  /** The code of the pods at each site. */
  readonly #atSite: number[];
  #steps = 0;
  #replays = 0;
  #belowUsd = 0;
  #best: DraftFleet | undefined;

  constructor(parts: CostParts) {
    const { model } = parts.bench;
    this.#parts = parts;
    this.#costs = Array.from({ length: model.sites.count }, (_, site) => new SiteCosts(parts, site));
    this.#outlook = new SiteOutlook(parts.bench, parts.groups);
    this.#atSite = this.#costs.map(() => 0);
  }

  cheapest(belowUsd: number): DraftFleet | undefined {
    this.#belowUsd = belowUsd;
    this.#spread(0, 0, this.#parts.groups[0]?.pods.length ?? 0);
    return this.#best;
  }

  /** Gives `left` pods of the group to this site and those after it, then goes on with the next group. */
  #spread(group: number, site: number, left: number): void {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS || this.#replays > MOST_REPLAYS || !this.#isCheap()) return;
    if (group === this.#parts.groups.length) {
      this.#judge();
      return;
    }
    const step = this.#parts.codes.step(group);
    const isLast = site === this.#costs.length - 1;
    for (let here = isLast ? left : 0; here <= left; here += 1) {
      this.#atSite[site] = (this.#atSite[site] ?? 0) + here * step;
      const next = this.#parts.groups[group + 1]?.pods.length ?? 0;
      if (here === left) this.#spread(group + 1, 0, next);
      else this.#spread(group, site + 1, left - here);
      this.#atSite[site] = (this.#atSite[site] ?? 0) - here * step;
    }
  }

  #isCheap(): boolean {
    let costUsd = 0;
    for (let site = 0; site < this.#costs.length; site += 1) {
      costUsd += this.#costs[site]?.cost(this.#atSite[site] ?? 0) ?? 0;
    }
    return costUsd < this.#belowUsd - 1e-9;
  }

  #judge(): void {
    if (!this.#outlook.mayCome(this.#atSite.map((code) => this.#parts.codes.counts(code)))) return;
    this.#replays += 1;
    const nodes = this.#costs.flatMap((costs, site) => costs.nodes(this.#atSite[site] ?? 0));
    const binding = new PlannedBinding(this.#parts, nodes);
    if (!binding.run()) return;
    this.#best = binding.fleet;
    this.#belowUsd = binding.fleet.costUsd;
  }
}
