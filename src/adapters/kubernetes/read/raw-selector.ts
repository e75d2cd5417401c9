import type {
  V1LabelSelector,
  V1LabelSelectorRequirement,
  V1NodeSelectorRequirement,
} from '@kubernetes/client-node';
import type { LabelRequirement, LabelSelector } from '../../../model/selector.ts';
import type { Raw } from '../raw.ts';

/** A requirement on labels of a pod or a node. */
export type RawRequirement = Raw<V1LabelSelectorRequirement | V1NodeSelectorRequirement>;

export type RawLabelSelector = Raw<V1LabelSelector>;

/** A requirement that no labels satisfy: an absent selector selects nothing, unlike an empty one. */
export const NOTHING: LabelSelector = [{ key: 'kubernetes.io/hostname', operator: 'In', values: [] }];

export function requirementOf(raw: RawRequirement): LabelRequirement {
  return { key: raw.key, operator: raw.operator as LabelRequirement['operator'], values: raw.values ?? [] };
}

/** The selector as requirements; an absent one selects nothing, an empty one everything. */
export function labelSelectorOf(raw: RawLabelSelector | undefined): LabelSelector {
  if (raw === undefined) return NOTHING;
  const equal = Object.entries(raw.matchLabels ?? {}).map(([key, value]): LabelRequirement => ({
    key,
    operator: 'In',
    values: [value],
  }));
  return [...equal, ...(raw.matchExpressions ?? []).map(requirementOf)];
}
