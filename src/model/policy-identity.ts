/** Which policy is in force: the digest of its meaning and, where known, the Git revision it came from. */
export interface PolicyIdentity {
  /** `sha256:` and 64 hex digits over the meaning of the policy, not its white space or comments. */
  readonly digest: string;
  /** A Git revision such as `main@sha1:4f2a…`; `undefined` when the source does not say. */
  readonly revision: string | undefined;
}
