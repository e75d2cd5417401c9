import { CPU, MEMORY, NO_ROW, NO_TABLE, type OfferTable, type PodGroup } from '../model.ts';
import type { PackableFleet, PackingContext } from './bin-fleet.ts';
import type { Choice } from './fill-choice.ts';
import { hostAffinityScore, mostHostAffinityScore } from './host-rules.ts';
import type { Batch } from './node-bin.ts';
import type { PlacerOptions } from './placer-options.ts';

/** What a preference of weight 100 is worth, as a share of what the pod itself costs: enough to decide, never to buy for. */
const PREFERENCE = 0.01;
/** Room that is left counts so little that it only decides between equal prices: the tightest fit wins. */
const TIE = 1e-3;
/** Next to preferences, room counts less again, or a small pod's would never weigh against the room of a large node. */
const BELOW_PREFERENCES = 1e-4;
/** Less still: by how much a topology class has more than its share of new nodes. */
const SHARE_TIE = 1e-6;

/** What decides between places beside their price: the room that is left, preferences of the pods, and shares of new nodes. */
export class PlacementCosts {
  /** Whether the pods that are placed prefer some nodes to others. */
  hasPreferences = false;
  /** How much the pods prefer the topology class that is being looked at. */
  favour = 0;
  readonly #context: PackingContext;
  readonly #fleet: PackableFleet;
  readonly #evenness: number;
  readonly #shares: Float64Array | undefined;

  constructor(
    context: PackingContext,
    fleet: PackableFleet,
    options: Pick<PlacerOptions, 'evenness' | 'classShares'>,
  ) {
    this.#context = context;
    this.#fleet = fleet;
    this.#evenness = options.evenness ?? 0;
    this.#shares = options.classShares;
  }

  /** Takes what the pod prefers off the score, and an offer that it prefers where that costs no more. */
  addPreferences({ group, hostRules }: Batch, choice: Choice, load: Float64Array): void {
    if (!this.hasPreferences) return;
    let affinityScore = this.favour;
    if (choice.bin !== undefined) affinityScore += hostAffinityScore(choice.bin, hostRules);
    for (const { choice: preferred, weight } of group.prefers) {
      if (this.#takePreferred(group, preferred, choice, load)) affinityScore += weight;
    }
    choice.score -= (affinityScore / 100) * PREFERENCE * this.#ownUsd(group);
  }

  /** For present nodes by the value of the room that is left: the least score such a pod may have there, all it prefers given. */
  leastScores({ group, hostRules }: Batch): (roomUsd: number) => number {
    if (!this.hasPreferences) return (roomUsd) => TIE * roomUsd;
    let most = this.favour + mostHostAffinityScore(hostRules);
    for (const { weight } of group.prefers) most += weight;
    const worthUsd = (most / 100) * PREFERENCE * this.#ownUsd(group);
    return (roomUsd) => TIE * BELOW_PREFERENCES * roomUsd - worthUsd;
  }

  #ownUsd({ need }: PodGroup): number {
    const { shadowPrices } = this.#context;
    return (
      (need[CPU] as number) * (shadowPrices[CPU] as number) +
      (need[MEMORY] as number) * (shadowPrices[MEMORY] as number)
    );
  }

  #takePreferred({ need }: PodGroup, preferred: number, choice: Choice, load: Float64Array): boolean {
    const { model, tables } = this.#context;
    const present = choice.bin?.present;
    if (present !== undefined) return model.admitted[preferred]?.[model.buyable.length + present] === 1;
    const tableId = tables.narrow(choice.tableId, preferred);
    if (tableId === NO_TABLE) return false;
    const row = tables.table(tableId).rowFor(need, load, 0);
    if (row === NO_ROW || tables.table(tableId).price(row) > tables.table(choice.tableId).price(choice.row))
      return false;
    choice.tableId = tableId;
    choice.row = row;
    return true;
  }

  /** What the room that would be left is taken to cost. */
  ofRoom(table: OfferTable, row: number, load: Float64Array, need: Float64Array): number {
    const { shadowPrices } = this.#context;
    const cpu =
      (table.capacity(row, CPU) - (load[CPU] as number) - (need[CPU] as number)) *
      (shadowPrices[CPU] as number);
    const memory =
      (table.capacity(row, MEMORY) - (load[MEMORY] as number) - (need[MEMORY] as number)) *
      (shadowPrices[MEMORY] as number);
    const tie = this.hasPreferences ? TIE * BELOW_PREFERENCES : TIE;
    return tie * (cpu + memory) + this.#evenness * Math.abs(cpu - memory);
  }

  /** So that of topology classes with equal prices the one is taken that lacks most of its share. */
  ofShare(topologyClass: number, priceUsd: number): number {
    const share = this.#shares?.[topologyClass];
    if (share === undefined) return 0;
    const { hidden, byTopologyClass, bins } = this.#fleet;
    const inSite = (byTopologyClass[topologyClass]?.length ?? 0) + (hidden?.[topologyClass] ?? 0);
    const inAll = bins.length + (hidden === undefined ? 0 : this.#context.model.present.length);
    const part = inSite / Math.max(1, inAll);
    return SHARE_TIE * priceUsd * (part / Math.max(1e-6, share));
  }
}

/** Whether the pods of the batch prefer some nodes to others. */
export function hasPreferences({ group, hostRules }: Batch): boolean {
  return group.prefers.length > 0 || hostRules.prefer.length > 0;
}
