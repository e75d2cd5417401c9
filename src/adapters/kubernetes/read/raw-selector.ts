import type { LabelRequirement, LabelSelector } from '../../../model/selector.ts';

export interface RawRequirement {
  readonly key: string;
  readonly operator: LabelRequirement['operator'];
  readonly values?: readonly string[];
}

export interface RawLabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly RawRequirement[];
}

/** A requirement that no labels satisfy: an absent selector selects nothing, unlike an empty one. */
export const NOTHING: LabelSelector = [{ key: 'kubernetes.io/hostname', operator: 'In', values: [] }];

export function requirementOf(raw: RawRequirement): LabelRequirement {
  return { key: raw.key, operator: raw.operator, values: raw.values ?? [] };
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
