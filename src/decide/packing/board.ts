import type { Pod } from '../../model/pod.ts';
import { addResources, subtractResources } from '../../model/resources.ts';
import type { Bin } from './bin.ts';
import { Topology } from './topology.ts';

interface Move {
  readonly pod: Pod;
  readonly bin: Bin;
  readonly by: 1 | -1;
}

/** All bins and who stands where. Every move is remembered, so that a trial can be undone without copying the board. */
export class Board {
  readonly #bins: Bin[] = [];
  readonly #moves: Move[] = [];
  readonly topology = new Topology(this.#bins);

  get bins(): readonly Bin[] {
    return this.#bins;
  }

  addBin(bin: Bin): void {
    this.#bins.push(bin);
  }

  /** Puts a pod into a bin without asking whether it fits. */
  place(pod: Pod, bin: Bin): void {
    this.#move({ pod, bin, by: 1 });
  }

  remove(pod: Pod, bin: Bin): void {
    this.#move({ pod, bin, by: -1 });
  }

  /** The present state, to go back to. */
  mark(): number {
    return this.#moves.length;
  }

  /** Undoes every move since `mark`, the latest first. */
  rollback(mark: number): void {
    while (this.#moves.length > mark) {
      const move = this.#moves.pop();
      if (move !== undefined) this.#apply({ ...move, by: move.by === 1 ? -1 : 1 });
    }
  }

  #move(move: Move): void {
    this.#apply(move);
    this.#moves.push(move);
  }

  #apply({ pod, bin, by }: Move): void {
    if (by === 1) {
      bin.free = subtractResources(bin.free, pod.requests);
      bin.pods.add(pod);
      for (const port of pod.hostPorts) bin.hostPorts.add(port);
    } else {
      bin.free = addResources(bin.free, pod.requests);
      bin.pods.delete(pod);
      for (const port of pod.hostPorts) bin.hostPorts.delete(port);
    }
    this.topology.record(pod, bin, by);
  }
}
