/** Labels of an object. */
export type Labels = Readonly<Record<string, string>>;

/** One requirement on a label, as node affinity and label selectors state it. `Gt` and `Lt` compare whole numbers. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

/** A label selector; all its requirements must hold, so an empty one selects everything. */
export type LabelSelector = readonly LabelRequirement[];

/** Whether `labels` satisfy every requirement of the selector. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  return selector.every((requirement) => satisfies(requirement, labels[requirement.key]));
}

/** A selector that wants exactly these label values. */
export function selectorOf(labels: Labels): LabelSelector {
  return Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
}

function satisfies(requirement: LabelRequirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(requirement.values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(requirement.values[0]);
  }
}
