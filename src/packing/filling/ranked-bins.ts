import { CPU, MEMORY } from '../model.ts';
import type { PackableFleet, PackingContext } from './bin-fleet.ts';
import { LazyOrder } from './lazy-order.ts';
import type { NodeBin } from './node-bin.ts';

/** The nodes of one topology class that had room for a need, the least room first. */
class RankedClass {
  readonly #bins: readonly NodeBin[];
  readonly #order: LazyOrder;
  readonly #rooms: Float64Array;

  constructor(bins: readonly NodeBin[], roomUsdOf: (bin: NodeBin) => number) {
    this.#bins = bins;
    this.#rooms = Float64Array.from(bins, roomUsdOf);
    this.#order = new LazyOrder(this.#rooms);
  }

  /** The node at this rank; among equals the one that comes first in the fleet is first. */
  at(rank: number): NodeBin | undefined {
    return this.#bins[this.#order.at(rank) ?? -1];
  }

  /** What the room that the need leaves on the node at this rank costs by shadow prices. */
  roomUsd(rank: number): number {
    return this.#rooms[this.#order.at(rank) ?? -1] ?? Number.POSITIVE_INFINITY;
  }
}

interface NeedRanking {
  readonly classes: readonly RankedClass[];
  /** By index of the present node: 1 when it had room. */
  readonly hadRoom: Uint8Array;
  /** Nodes that had changed when the others were ranked; they are no part of the ranks. */
  readonly unranked: readonly NodeBin[];
}

interface RankSearch {
  /** The best so far, which `evaluate` replaces. */
  readonly best: { readonly score: number };
  /** The least score that a node may have by the value of the room that would be left of it. */
  readonly leastScoreOf: (roomUsd: number) => number;
  /** The score of a node that became the best. */
  readonly evaluate: (bin: NodeBin) => number | undefined;
}

/** More changed nodes than this are looked at one by one only where the ranks must not be made anew. */
const MAX_CHANGED = 64;

/**
 * Present nodes ranked by the room that each need would leave, ranked once for all pods of that need. Nodes whose load has changed
 * since are kept apart, to be looked at one by one. Room only shrinks, so a node without room when it was ranked stays out.
 */
export class RankedBins {
  readonly #context: PackingContext;
  readonly #fleet: PackableFleet;
  readonly #byNeed = new Map<Float64Array, NeedRanking>();
  readonly #changed = new Set<NodeBin>();

  constructor(context: PackingContext, fleet: PackableFleet) {
    this.#context = context;
    this.#fleet = fleet;
  }

  /** Ranks the nodes for the need unless that was done. */
  prepare(need: Float64Array): void {
    this.#of(need);
  }

  /** Evaluates the nodes of the class that had room for the need, the best ranks first, until no further one can be better. */
  search(need: Float64Array, topologyClass: number, { best, leastScoreOf, evaluate }: RankSearch): void {
    for (const bin of this.#unranked(need, topologyClass)) evaluate(bin);
    const ranked = this.#of(need).classes[topologyClass] ?? NO_NODES;
    for (let rank = 0; ; rank += 1) {
      const bin = ranked.at(rank);
      const leastScore = leastScoreOf(ranked.roomUsd(rank));
      if (bin === undefined || leastScore > best.score) return;
      if (!this.#changed.has(bin) && evaluate(bin) === leastScore) return;
    }
  }

  /** Nodes of the topology class that have no valid rank for the need. */
  *#unranked(need: Float64Array, topologyClass: number): Iterable<NodeBin> {
    const { hadRoom, unranked } = this.#of(need);
    for (const bin of this.#changed)
      if (bin.topologyClass === topologyClass && hadRoom[bin.present ?? -1] === 1) yield bin;
    for (const bin of unranked) if (bin.topologyClass === topologyClass && !this.#changed.has(bin)) yield bin;
  }

  /** Notes that the load of the node is not what it was ranked by. */
  noteChanged(bin: NodeBin): void {
    this.#changed.add(bin);
  }

  /** Notes that the load of the node is again what it was before `noteChanged`. */
  noteRestored(bin: NodeBin): void {
    this.#changed.delete(bin);
  }

  /** Forgets the ranks when many nodes have changed. */
  renew(): void {
    if (this.#changed.size <= MAX_CHANGED) return;
    this.#changed.clear();
    this.#byNeed.clear();
  }

  #of(need: Float64Array): NeedRanking {
    const known = this.#byNeed.get(need);
    if (known !== undefined) return known;
    const ranking = this.#rank(need);
    this.#byNeed.set(need, ranking);
    return ranking;
  }

  #rank(need: Float64Array): NeedRanking {
    const { model, shadowPrices } = this.#context;
    const [cpuUsd, memoryUsd] = [shadowPrices[CPU] as number, shadowPrices[MEMORY] as number];
    const [cpu, memory] = [need[CPU] as number, need[MEMORY] as number];
    const hadRoom = new Uint8Array(model.present.length);
    const unranked: NodeBin[] = [];
    const roomUsdOf = ({ table, row, load }: NodeBin) =>
      (table.capacity(row, CPU) - (load[CPU] as number) - cpu) * cpuUsd +
      (table.capacity(row, MEMORY) - (load[MEMORY] as number) - memory) * memoryUsd;
    const classes = this.#fleet.byTopologyClass.map((bins) => {
      const ranked: NodeBin[] = [];
      for (const bin of bins) {
        if (bin.present === undefined || !bin.isOpen || !bin.hasRoom(need)) continue;
        hadRoom[bin.present] = 1;
        (this.#changed.has(bin) ? unranked : ranked).push(bin);
      }
      return new RankedClass(ranked, roomUsdOf);
    });
    return { classes, hadRoom, unranked };
  }
}

/** Whether the node comes before the other in the fleet. */
export function isEarlier({ present: a = 0 }: NodeBin, other: NodeBin | undefined): boolean {
  return other !== undefined && a < (other.present ?? 0);
}

const NO_NODES = new RankedClass([], () => 0);
