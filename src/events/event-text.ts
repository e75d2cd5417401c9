import type { PolicyIdentity } from '../model/policy-identity.ts';
import type { NoticeSubject } from '../ports.ts';
import type { Severity } from './importance.ts';

/** An event in words, for a channel that tells people: Kubernetes Events, messages. */
export interface EventText {
  readonly subject: NoticeSubject;
  readonly severity: Severity;
  /** UpperCamelCase, as Kubernetes writes reasons. */
  readonly reason: string;
  readonly message: string;
  /** The policy that it follows from, where the message does not name one itself. */
  readonly policy?: PolicyIdentity;
  readonly atMs: number;
}

/** `sha256:` and twelve hex digits. */
const SHORT_DIGEST_CHARS = 19;

/** The message with the policy's name at its end, in at most `maxChars`: the message is cut, the name is not. */
export function messageOf({ message, policy }: EventText, maxChars: number): string {
  const end = policy === undefined ? '' : ` [policy ${policyName(policy)}]`;
  const maxText = maxChars - end.length;
  return `${message.length <= maxText ? message : `${message.slice(0, maxText - 1)}…`}${end}`;
}

/** Short enough for a sentence, long enough to be told from every other. */
export function policyName({ digest, revision }: PolicyIdentity): string {
  return `${digest.slice(0, SHORT_DIGEST_CHARS)}${atRevision(revision)}`;
}

/** The revision as the end of a phrase; empty where it is not known. */
export function atRevision(revision: string | undefined): string {
  return revision === undefined ? '' : ` at ${revision}`;
}
