/** A law that a run broke; the same seed breaks it again at the same time. */
export interface Violation {
  readonly seed: number;
  readonly invariant: number;
  /** Virtual milliseconds since the world began. */
  readonly atMs: number;
  /** What is wrong. */
  readonly fact: string;
  /** The fact, and what led there. */
  readonly story: string;
}
