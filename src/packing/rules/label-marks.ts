import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import type { Pod } from '../../model/pod.ts';
import type { Labels } from '../../model/selector.ts';

const MARKS = 4096;

/** What the pods of a node have that a rule might count; the same list of pods is looked through once. */
export interface NodeMarks {
  /** Numbers of the labels of the pods, each below `MARKS`; different labels may have the same number. */
  readonly labels: Uint16Array;
  /** Those that hold anti-affinity or host ports. */
  readonly holders: readonly Pod[];
}

export const marksOf = memoizeByIdentity((pods: readonly Pod[]): NodeMarks => {
  const labels = new Set<number>();
  for (const pod of pods) for (const mark of marksOfLabels(pod.labels)) labels.add(mark);
  const holders = pods.filter((pod) => pod.podAntiAffinity.length > 0 || pod.hostPorts.length > 0);
  return { labels: Uint16Array.from(labels), holders };
});

/** A set of labels that is asked fast and may say yes for a label that was never added. */
export class LabelMarks {
  readonly #has = new Uint8Array(MARKS);

  add(key: string, value: string): void {
    this.#has[markOf(key, value)] = 1;
  }

  mayHaveAny(marks: Uint16Array): boolean {
    for (let i = 0; i < marks.length; i += 1) if (this.#has[marks[i] as number] === 1) return true;
    return false;
  }
}

/** Pods of a workload share their labels. */
const marksOfLabels = memoizeByIdentity((labels: Labels): readonly number[] =>
  Object.entries(labels).map(([key, value]) => markOf(key, value)),
);

/** FNV-1a of `key=value`, cut to the number of marks. */
function markOf(key: string, value: string): number {
  const text = `${key}=${value}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ hash) & (MARKS - 1);
}
