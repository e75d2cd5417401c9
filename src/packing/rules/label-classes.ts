import { ALL_NAMESPACES, type Pod, type PodAffinityTerm } from '../../model/pod.ts';
import { type Labels, selects } from '../../model/selector.ts';
import { Ids } from './ids.ts';

/** Which pods a term means, wherever they stand. */
export type PodTerm = Pick<PodAffinityTerm, 'selector' | 'namespaces'>;

interface LabelClass {
  readonly namespace: string;
  readonly labels: Labels;
}

/**
 * Which pods the terms of all pods pick. Pods that no term can tell apart are one class, so that names in labels, which
 * StatefulSets and Jobs write, do not make every pod a class of its own.
 */
export class LabelClasses {
  readonly #terms = new Ids<readonly PodTerm[]>();
  readonly #keys = new Set<string>();
  readonly #isPicky: boolean;
  readonly #classes = new Ids<LabelClass>();
  readonly #classOfLabels = new Map<Labels, Map<string, number>>();
  readonly #picks: (boolean | undefined)[][] = [];

  /** `terms`: every term that will ever be asked for, since classes are made by the labels that these look at. */
  constructor(terms: Iterable<PodTerm>) {
    let isPicky = false;
    for (const { selector } of terms) {
      isPicky = true;
      for (const { key } of selector) this.#keys.add(key);
    }
    this.#isPicky = isPicky;
  }

  /** A number for pods which all of these terms pick. */
  matcherOf(terms: readonly PodTerm[]): number {
    return this.#terms.of(terms.map(({ selector, namespaces }) => ({ selector, namespaces })));
  }

  classOf({ namespace, labels }: Pick<Pod, 'namespace' | 'labels'>): number {
    let byNamespace = this.#classOfLabels.get(labels);
    if (byNamespace === undefined) {
      byNamespace = new Map();
      this.#classOfLabels.set(labels, byNamespace);
    }
    let id = byNamespace.get(namespace);
    if (id === undefined) {
      id = this.#classes.of(this.#relevant(namespace, labels));
      byNamespace.set(namespace, id);
    }
    return id;
  }

  picks(matcher: number, labelClass: number): boolean {
    const row = (this.#picks[matcher] ??= []);
    return (row[labelClass] ??= this.#judge(matcher, labelClass));
  }

  #relevant(namespace: string, labels: Labels): LabelClass {
    const relevant: Record<string, string> = {};
    for (const key of this.#keys) {
      const value = labels[key];
      if (value !== undefined) relevant[key] = value;
    }
    return { namespace: this.#isPicky ? namespace : '', labels: relevant };
  }

  #judge(matcher: number, labelClass: number): boolean {
    const terms = this.#terms.values[matcher];
    const pods = this.#classes.values[labelClass];
    if (terms === undefined || pods === undefined) return false;
    return terms.every(
      ({ selector, namespaces }) =>
        (namespaces.includes(pods.namespace) || namespaces.includes(ALL_NAMESPACES)) &&
        selects(selector, pods.labels),
    );
  }
}
