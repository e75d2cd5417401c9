import { GCProfiler } from 'node:v8';

/** Counts what is allocated from its making on: what collections free, and what the heap has grown by. */
export class Allocation {
  readonly #profiler = new GCProfiler();
  readonly #before = process.memoryUsage();

  constructor() {
    this.#profiler.start();
  }

  /** Bytes. */
  end(): number {
    const { statistics } = this.#profiler.stop();
    const after = process.memoryUsage();
    const used = ({ heapUsed, external }: NodeJS.MemoryUsage) => heapUsed + external;
    return statistics.reduce(
      (sum, { beforeGC, afterGC }) => {
        const before = beforeGC.heapStatistics;
        const left = afterGC.heapStatistics;
        const freed = before.usedHeapSize + before.externalMemory - left.usedHeapSize - left.externalMemory;
        return sum + Math.max(0, freed);
      },
      used(after) - used(this.#before),
    );
  }
}
