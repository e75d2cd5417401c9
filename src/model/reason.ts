/**
 * Why something was or was not done: a stable code for machines, a sentence with its numbers for people, and the
 * numbers again as facts.
 */
export interface Reason {
  readonly code: string;
  readonly text: string;
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
}
