import type { PolicyIdentity } from './policy-identity.ts';

/** A policy text as its source shows it. */
export interface PolicyDocument {
  readonly text: string;
  /** The file it stands in, for messages. */
  readonly origin: string;
  readonly revision: string | undefined;
  /** Who committed it and the subject of the commit, where the source knows. */
  readonly commit?: { readonly author: string; readonly subject: string; readonly atMs: number };
  /** The objects of the cluster that brought it, where it came by them. */
  readonly reference?: PolicyReference;
}

/** Which ConfigMap carries a policy, and which NodeFleet names it in which of its generations. */
export interface PolicyReference {
  readonly configMap: string;
  readonly fleetUid: string;
  readonly generation: number;
}

/** The policy that was in force last, as its source remembers it beyond the life of a process. */
export interface RememberedPolicy {
  readonly text: string;
  readonly origin: string;
  readonly identity: PolicyIdentity;
}
