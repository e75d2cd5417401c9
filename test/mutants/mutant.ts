import { MUTANTS } from './mutants.ts';

/** A controller that is broken on purpose: one piece of one file's text is another. */
export interface Mutant {
  /** What the broken controller does. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Must stand in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The invariant that must catch it. */
  readonly invariant: number;
  /** The seed that is tried first, as one that is known to show it; then all from 1 on. @default 1 */
  readonly firstSeed?: number;
}

export function mutantNamed(name: string): Mutant {
  const mutant = MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`no mutant is called '${name}'`);
  return mutant;
}

/**
 * The file's text with the mutant's piece replaced. Throws when the piece does not stand there exactly once: the code has changed, and
 * the mutant has to follow.
 */
export function changed({ name, file, find, replace }: Mutant, source: string): string {
  const times = source.split(find).length - 1;
  if (times === 1) return source.replace(find, () => replace);
  throw new Error(`mutant '${name}': its text stands ${times} times in ${file}, not once: ${find}`);
}
