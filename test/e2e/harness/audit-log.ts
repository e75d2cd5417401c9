import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** One call as the API server itself wrote it down. */
export interface AuditedCall {
  /** Whose rights were asked for: the account that a caller acts as, where it acts as one. */
  readonly user: string;
  readonly verb: string;
  /** API group, the core group as an empty string. */
  readonly group: string;
  /** With its subresource, as roles write it: `pods/eviction`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly isAllowed: boolean;
}

interface AuditEvent {
  readonly auditID: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly verb: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
}

const DECISION = 'authorization.k8s.io/decision';

/** A ServiceAccount. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** The audit log of some accounts: what each asked of the API server, and whether it might. */
export class AuditLog {
  readonly #file: string;
  readonly #policy: string;

  /** Audits these accounts and nobody else, into a file in `folder`. */
  constructor(folder: string, accounts: readonly Account[]) {
    this.#file = join(folder, 'audit.jsonl');
    this.#policy = join(folder, 'audit-policy.yaml');
    const policy = {
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      // A watch that is still open has answered, but not ended.
      omitStages: ['RequestReceived'],
      rules: [{ level: 'Metadata', users: accounts.map(userOf) }, { level: 'None' }],
    };
    writeFileSync(this.#policy, stringify(policy));
  }

  /** The API server's arguments; it writes each line before it goes on. */
  arguments(): readonly string[] {
    return [
      `--audit-policy-file=${this.#policy}`,
      `--audit-log-path=${this.#file}`,
      '--audit-log-mode=blocking',
    ];
  }

  /** The calls of an account on objects so far, each once. */
  callsOf(account: Account): readonly AuditedCall[] {
    const lines = readFileSync(this.#file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const events = new Map(
      lines.map((line) => JSON.parse(line) as AuditEvent).map((event) => [event.auditID, event]),
    );
    return [...events.values()].flatMap(callOf).filter(({ user }) => user === userOf(account));
  }
}

function userOf({ namespace, name }: Account): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

function callOf({
  user,
  impersonatedUser,
  verb,
  objectRef,
  annotations,
}: AuditEvent): readonly AuditedCall[] {
  if (objectRef?.resource === undefined) return [];
  const { apiGroup: group = '', resource, subresource, namespace, name } = objectRef;
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  const isAllowed = annotations?.[DECISION] === 'allow';
  return [
    { user: (impersonatedUser ?? user).username, verb, group, resource: whole, namespace, name, isAllowed },
  ];
}
