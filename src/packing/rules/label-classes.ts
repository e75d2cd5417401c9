import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { ALL_NAMESPACES, type Pod } from '../../model/pod.ts';
import { type Labels, selects } from '../../model/selector.ts';
import type { CompiledTerms, CountedTerm, PodTerm } from './compiled-terms.ts';
import { ValueInterner } from './value-interner.ts';

interface LabelClass {
  readonly namespace: string;
  readonly labels: Labels;
}

/**
 * Which pods the terms of all pods pick. Pods that no term can tell apart are one class, so that names in labels, which
 * StatefulSets and Jobs write, do not make every pod a class of its own.
 */
export class LabelClasses {
  readonly #matchers: (readonly PodTerm[])[] = [];
  readonly #matcherIds = new Map<string, number>();
  readonly #keys = new Set<string>();
  readonly #isPicky: boolean;
  readonly #classes = new ValueInterner<LabelClass>();
  readonly #classOfLabels = new Map<Labels, Map<string, number>>();
  readonly #picks: (boolean | undefined)[][] = [];

  /** `all`: every term that will ever be asked for, since classes are made by the labels that these look at. */
  constructor(all: readonly CompiledTerms[]) {
    const matches = all.flatMap(matchesOf);
    for (const { selector } of matches) for (const { key } of selector) this.#keys.add(key);
    this.#isPicky = matches.length > 0;
  }

  /** A number for pods which all of its matches pick. */
  matcherOf({ matches, text }: Pick<CountedTerm, 'matches' | 'text'>): number {
    const known = this.#matcherIds.get(text);
    if (known !== undefined) return known;
    const id = this.#matchers.push(matches) - 1;
    this.#matcherIds.set(text, id);
    return id;
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
    const terms = this.#matchers[matcher];
    const pods = this.#classes.values[labelClass];
    if (terms === undefined || pods === undefined) return false;
    return terms.every(
      ({ selector, namespaces }) =>
        (namespaces.includes(pods.namespace) || namespaces.includes(ALL_NAMESPACES)) &&
        selects(selector, pods.labels),
    );
  }
}

const matchesOf = memoizeByIdentity(
  ({ near: affinity, apart: antiAffinity, spread, preferred }: CompiledTerms): readonly PodTerm[] =>
    [...affinity, ...antiAffinity, ...spread, ...preferred].flatMap(({ matches }) => matches),
);
