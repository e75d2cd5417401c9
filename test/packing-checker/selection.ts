import type { LabelRequirement, LabelSelector, Labels } from '../../src/model/selector.ts';

/** Whether every requirement of a selector holds for the labels. */
export function matches(selector: LabelSelector, labels: Labels): boolean {
  for (const requirement of selector) if (!holds(requirement, labels)) return false;
  return true;
}

const wholeNumber = (text: string | undefined) =>
  text !== undefined && /^-?\d+$/.test(text) ? Number(text) : Number.NaN;

function holds({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const isThere = Object.hasOwn(labels, key);
  const value = labels[key];
  switch (operator) {
    case 'Exists':
      return isThere;
    case 'DoesNotExist':
      return !isThere;
    case 'In':
      return isThere && values.some((one) => one === value);
    case 'NotIn':
      return !isThere || values.every((one) => one !== value);
    case 'Gt':
      return wholeNumber(value) > wholeNumber(values[0]);
    case 'Lt':
      return wholeNumber(value) < wholeNumber(values[0]);
  }
}
