import { type Offering, type OfferingKey, offeringKey } from '../../model/offering.ts';
import type { Pod } from '../../model/pod.ts';
import { addResources, fitsInto, NO_RESOURCES, type Resources } from '../../model/resources.ts';
import { type FleetMix, nextLifecycle, rankOfferings, withWorker } from '../choice.ts';
import type { Situation } from '../situation.ts';
import type { Bin } from './bin.ts';
import type { Board } from './board.ts';
import { hasOwnTopology, misfit, staticMisfit } from './fits.ts';
import { binOfOffering } from './fleet-board.ts';

/** A node to buy: its bin, filled with the pods it is for, and the offerings that could be it. */
export interface NewNode {
  readonly bin: Bin;
  readonly offering: Offering;
  /** Offerings that hold all its pods, the preferred first. */
  readonly offerings: readonly OfferingKey[];
}

interface Opened {
  readonly bin: Bin;
  readonly offering: Offering;
  readonly ranked: readonly Offering[];
}

/**
 * Opens bins for nodes to be bought, one at a time: the lifecycle that the share asks for, the zone with the fewest
 * workers, then the least cost per pod of those that wait.
 */
export class NewNodes {
  readonly #situation: Situation;
  readonly #board: Board;
  readonly #offerings: readonly Offering[];
  readonly #opened: Opened[] = [];
  #mix: FleetMix;

  /** `offerings`: those that may be bought now, resting ones left out. */
  constructor(
    situation: Situation,
    board: Board,
    options: { offerings: readonly Offering[]; mix: FleetMix },
  ) {
    this.#situation = situation;
    this.#board = board;
    this.#offerings = options.offerings;
    this.#mix = options.mix;
  }

  /** Adds a bin that fits the first of these equal pods, or returns `undefined` when no offering does. */
  open(waiting: readonly Pod[]): Bin | undefined {
    const pod = waiting[0];
    if (pod === undefined) return undefined;
    const id = `new-${this.#opened.length + 1}`;
    const fitting = this.#offerings.filter((offering) => {
      return misfit(pod, this.#binOf(id, offering), this.#board) === undefined;
    });
    const ranked = rankOfferings(fitting, {
      lifecycle: nextLifecycle(this.#mix, this.#situation.policy.spot),
      mix: this.#mix,
      spreadPercent: this.#situation.policy.spot.spreadPercent,
      costOf: (offering) => {
        const usdPerHour = this.#situation.costOf(offering)?.totalUsdPerHour;
        return costPerPod(usdPerHour, this.#binOf(id, offering), waiting);
      },
    });
    const offering = ranked[0];
    if (offering === undefined) return undefined;
    const bin = this.#binOf(id, offering);
    this.#board.addBin(bin);
    this.#opened.push({ bin, offering, ranked });
    this.#mix = withWorker(this.#mix, offering);
    return bin;
  }

  /** The nodes opened so far with what they hold now. */
  all(): readonly NewNode[] {
    return this.#opened.map(({ bin, offering, ranked }) => {
      const offerings = ranked.filter((other) => other === offering || this.#couldBe(other, offering, bin));
      return { bin, offering, offerings: offerings.map(offeringKey) };
    });
  }

  /** Where pods look at their neighbours' zones, another zone could break what was proven for this one. */
  #couldBe(other: Offering, chosen: Offering, bin: Bin): boolean {
    const pods = [...bin.pods];
    const isZoneBound = this.#board.topology.hasHolders || pods.some(hasOwnTopology);
    if (isZoneBound && other.zone !== chosen.zone) return false;
    const empty = this.#binOf(bin.id, other);
    const needed = pods.reduce<Resources>((sum, pod) => addResources(sum, pod.requests), NO_RESOURCES);
    return fitsInto(needed, empty.free) && pods.every((pod) => staticMisfit(pod, empty) === undefined);
  }

  #binOf(id: string, offering: Offering): Bin {
    return binOfOffering(id, offering, this.#situation.snapshot.daemons);
  }
}

/** Cost over how many of the waiting pods it would hold by their resources; unknown where the cost is. */
function costPerPod(usdPerHour: number | undefined, bin: Bin, waiting: readonly Pod[]): number | undefined {
  const request = waiting[0]?.requests;
  if (usdPerHour === undefined || request === undefined) return undefined;
  const ratios = [
    [bin.free.cpuMillis, request.cpuMillis],
    [bin.free.memoryMiB, request.memoryMiB],
    [bin.free.pods, request.pods],
  ] as const;
  const holds = ratios.map(([free, asked]) => (asked > 0 ? Math.floor(free / asked) : waiting.length));
  return usdPerHour / Math.max(1, Math.min(waiting.length, ...holds));
}
