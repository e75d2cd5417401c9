import type { Pod, PodAffinityTerm } from '../../../model/pod.ts';
import { type LabelSelector, type Labels, selects } from '../../../model/selector.ts';

/** A term that chooses namespaces by their labels, too: until these are looked up it is about every namespace. */
export interface OpenTerm extends PodAffinityTerm {
  readonly named: readonly string[];
  readonly namespaceSelector: LabelSelector;
}

type RequiredTerms = Pick<Pod, 'podAffinity' | 'podAntiAffinity'>;

/** Whether what the pod requires of other pods has namespaces yet to be looked up. Preferences do not matter so much. */
export function hasOpenTerm({ podAffinity, podAntiAffinity }: RequiredTerms): boolean {
  return podAffinity.some(isOpen) || podAntiAffinity.some(isOpen);
}

/** The terms with the namespaces that they choose, of these. */
export function closeTerms(
  terms: readonly PodAffinityTerm[],
  namespaces: ReadonlyMap<string, Labels>,
): readonly PodAffinityTerm[] {
  return terms.map((term) => {
    if (!isOpen(term)) return term;
    const { topologyKey, selector, named, namespaceSelector } = term;
    const chosen = [...namespaces].flatMap(([name, labels]) =>
      selects(namespaceSelector, labels) ? [name] : [],
    );
    return { topologyKey, selector, namespaces: [...new Set([...named, ...chosen])].sort() };
  });
}

function isOpen(term: PodAffinityTerm): term is OpenTerm {
  return 'namespaceSelector' in term;
}
