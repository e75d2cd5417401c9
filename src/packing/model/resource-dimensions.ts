import type { Resources } from '../../model/resources.ts';

/** Rows of the two amounts that every pod asks for and every price depends on. */
export const CPU = 0;
export const MEMORY = 1;
const SLOTS = 2;

/** The resources that some pod asks for, each with a place of its own in a list of amounts; what no pod asks for has none. */
export class ResourceDimensions {
  readonly names: readonly string[];

  constructor(requests: Iterable<Resources>) {
    const extended = new Set<string>();
    for (const { extended: more } of requests) for (const name in more) extended.add(name);
    this.names = ['cpu', 'memory', 'pods', ...[...extended].sort()];
  }

  /** Equal where the names are. */
  get text(): string {
    return this.names.join();
  }

  get count(): number {
    return this.names.length;
  }

  /** Amounts in the order of `names`. */
  amounts(resources: Resources): Float64Array {
    const list = new Float64Array(this.names.length);
    list[CPU] = resources.cpuMillis;
    list[MEMORY] = resources.memoryMiB;
    list[SLOTS] = resources.pods;
    for (let dimension = SLOTS + 1; dimension < list.length; dimension += 1) {
      list[dimension] = resources.extended?.[this.names[dimension] ?? ''] ?? 0;
    }
    return list;
  }
}
