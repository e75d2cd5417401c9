import { ALL_NAMESPACES, type Pod, picksPod } from '../../model/pod.ts';
import type { LabelRequirement } from '../../model/selector.ts';
import type { PodTerm } from './compiled-terms.ts';
import { LabelMarks } from './label-marks.ts';

/** No label has this value: a value has no such character. */
const NO_LABEL = '\n';

type Labelled = Pick<Pod, 'namespace' | 'labels'>;

/** Things found by the value of one label that is asked for exactly, and those that ask for no exact one. */
interface Bucket<T> {
  readonly byLabel: Map<string, Map<string, T[]>>;
  readonly open: T[];
}

/**
 * Matchers of pods, found by the pods that they may pick: bucketed by namespace and by one label that they want exactly, so that
 * asking costs what may pick the pod rather than all there is.
 */
export class MatcherIndex<T> {
  readonly #byNamespace = new Map<string, Bucket<T>>();

  /** `matches`: all of these must pick a pod. */
  add(matches: readonly PodTerm[], value: T): void {
    const [first] = matches;
    if (first === undefined) return;
    const exact = first.selector.find(isExact);
    for (const namespace of new Set(first.namespaces)) {
      const bucket = this.#bucketOf(namespace);
      if (exact === undefined) bucket.open.push(value);
      else addTo(bucket.byLabel, exact, value);
    }
  }

  /** Whether anything may pick pods of the namespace. */
  mayPick(namespace: string): boolean {
    return this.#byNamespace.has(namespace) || this.#byNamespace.has(ALL_NAMESPACES);
  }

  /** The labels that every pod which is picked has one of; `undefined` when some matcher asks for no exact label. */
  marks(): LabelMarks | undefined {
    const marks = new LabelMarks();
    for (const { open, byLabel } of this.#byNamespace.values()) {
      if (open.length > 0) return undefined;
      for (const [key, byValue] of byLabel) for (const value of byValue.keys()) marks.add(key, value);
    }
    return marks;
  }

  /** Visits whatever may pick the pod, and perhaps some that do not; none of them twice unless it was added for all namespaces, too. */
  forEachNear({ namespace, labels }: Labelled, visit: (value: T) => void): void {
    for (const name of [namespace, ALL_NAMESPACES]) {
      const bucket = this.#byNamespace.get(name);
      if (bucket === undefined) continue;
      for (const value of bucket.open) visit(value);
      for (const [key, byValue] of bucket.byLabel) {
        for (const value of byValue.get(labels[key] ?? NO_LABEL) ?? []) visit(value);
      }
    }
  }

  #bucketOf(namespace: string): Bucket<T> {
    const known = this.#byNamespace.get(namespace);
    if (known !== undefined) return known;
    const bucket = { byLabel: new Map(), open: [] };
    this.#byNamespace.set(namespace, bucket);
    return bucket;
  }
}

/** Pods by namespace and label, to ask whether a term picks any of them. */
export class LabelIndex {
  readonly #byNamespace = new Map<string, Set<Labelled['labels']>>();
  readonly #byLabel = new Map<string, Map<string, Map<string, Labelled['labels'][]>>>();

  constructor(pods: Iterable<Labelled>) {
    for (const { namespace, labels } of pods) {
      const known = this.#byNamespace.get(namespace);
      if (known === undefined) this.#byNamespace.set(namespace, new Set([labels]));
      else known.add(labels);
    }
  }

  /** Whether all of the terms pick one of the pods. */
  hasPicked(matches: readonly PodTerm[]): boolean {
    const [first] = matches;
    if (first === undefined) return false;
    const isAll = first.namespaces.includes(ALL_NAMESPACES);
    const exact = first.selector.find(isExact);
    for (const namespace of isAll ? this.#byNamespace.keys() : first.namespaces) {
      const affinity =
        exact === undefined ? this.#byNamespace.get(namespace) : this.#withLabel(namespace, exact);
      for (const labels of affinity ?? [])
        if (matches.every((term) => picksPod(term, { namespace, labels }))) return true;
    }
    return false;
  }

  #withLabel(namespace: string, { key, values }: LabelRequirement): readonly Labelled['labels'][] {
    let byKey = this.#byLabel.get(namespace);
    if (byKey === undefined) this.#byLabel.set(namespace, (byKey = new Map()));
    let byValue = byKey.get(key);
    if (byValue === undefined) {
      byKey.set(key, (byValue = new Map()));
      for (const labels of this.#byNamespace.get(namespace) ?? []) {
        const value = labels[key];
        if (value === undefined) continue;
        const known = byValue.get(value);
        if (known === undefined) byValue.set(value, [labels]);
        else known.push(labels);
      }
    }
    return byValue.get(values[0] ?? '') ?? [];
  }
}

function isExact({ operator, values }: LabelRequirement): boolean {
  return operator === 'In' && values.length === 1;
}

function addTo<T>(byLabel: Bucket<T>['byLabel'], { key, values }: LabelRequirement, value: T): void {
  const [label = ''] = values;
  let byValue = byLabel.get(key);
  if (byValue === undefined) byLabel.set(key, (byValue = new Map()));
  const known = byValue.get(label);
  if (known === undefined) byValue.set(label, [value]);
  else known.push(value);
}
