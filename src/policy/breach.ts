import type { PolicyPath } from './policy-path.ts';

/** A rule between fields that a policy breaks. The fault stands at the first of `places` that the text writes out. */
export interface Breach {
  readonly places: readonly PolicyPath[];
  readonly rule: string;
  readonly remedy: string;
}
