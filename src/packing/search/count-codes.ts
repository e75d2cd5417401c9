/** Counts of pods by group as one number: a digit for each group, the first the lowest. Sums of counts are sums of codes. */
export class CountCodes {
  /** How many codes there are, that of all pods the last. */
  readonly size: number;
  readonly #steps: readonly number[];
  readonly #counts: readonly Uint8Array[];

  /** `max`: pods of each group, at most 255. */
  constructor(max: readonly number[]) {
    const steps: number[] = [];
    let size = 1;
    for (const count of max) {
      steps.push(size);
      size *= count + 1;
    }
    this.size = size;
    this.#steps = steps;
    this.#counts = Array.from({ length: size }, (_, code) =>
      Uint8Array.from(max, (count, group) => Math.floor(code / (steps[group] ?? 1)) % (count + 1)),
    );
  }

  /** Pods of each group. */
  counts(code: number): Uint8Array {
    return this.#counts[code] as Uint8Array;
  }

  /** The code of one pod of the group. */
  step(group: number): number {
    return this.#steps[group] as number;
  }

  /**
   * Visits every code that has of no group more pods than `code`, and at least one of the last group that `code` has any of:
   * every way to split the pods in two parts, each named by the part that contains that pod.
   */
  forEachPart(code: number, visit: (part: number) => void): void {
    const max = this.counts(code);
    const last = max.findLastIndex((count) => count > 0);
    const counts = new Uint8Array(max.length);
    counts[last] = 1;
    for (let part = this.step(last); ;) {
      visit(part);
      let group = 0;
      while (group <= last && counts[group] === max[group]) {
        const min = group === last ? 1 : 0;
        part -= this.step(group) * ((counts[group] as number) - min);
        counts[group] = min;
        group += 1;
      }
      if (group > last) return;
      counts[group] = (counts[group] as number) + 1;
      part += this.step(group);
    }
  }
}
