import type { Option } from 'commander';

/** The values that an option takes, where they are known. */
export interface SuggestedValues {
  readonly words: readonly string[];
  /** Whether several may be given, with commas between. */
  readonly isList: boolean;
}

const suggestions = new WeakMap<Option, () => Promise<SuggestedValues>>();

/** Lets shells complete the option's values, which are asked for only when a completion script is written. */
export function suggestValues(option: Option, values: () => Promise<SuggestedValues>): Option {
  suggestions.set(option, values);
  return option;
}

/** What `suggestValues` was given, else the choices that the parser enforces; `undefined` when neither is known. */
export async function suggestedValuesOf(option: Option): Promise<SuggestedValues | undefined> {
  const values = suggestions.get(option);
  if (values !== undefined) return values();
  return option.argChoices === undefined ? undefined : { words: option.argChoices, isList: false };
}
