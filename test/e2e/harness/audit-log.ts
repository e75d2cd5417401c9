import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** One call as the API server itself wrote it down. */
export interface AuditedCall {
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

/** The audit log of one user: what it asked of the API server, and whether it might. */
export class AuditLog {
  readonly #file: string;
  readonly #policy: string;

  /** Audits `user` and nobody else, into a file in `folder`. */
  constructor(folder: string, user: string) {
    this.#file = join(folder, 'audit.jsonl');
    this.#policy = join(folder, 'audit-policy.yaml');
    const policy = {
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      // A watch that is still open has answered, but not ended.
      omitStages: ['RequestReceived'],
      rules: [{ level: 'Metadata', users: [user] }, { level: 'None' }],
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

  /** The calls on objects so far, each once. */
  calls(): readonly AuditedCall[] {
    const lines = readFileSync(this.#file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const events = new Map(
      lines.map((line) => JSON.parse(line) as AuditEvent).map((event) => [event.auditID, event]),
    );
    return [...events.values()].flatMap(callOf);
  }
}

function callOf({ verb, objectRef, annotations }: AuditEvent): readonly AuditedCall[] {
  if (objectRef?.resource === undefined) return [];
  const { apiGroup: group = '', resource, subresource, namespace, name } = objectRef;
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  const isAllowed = annotations?.[DECISION] === 'allow';
  return [{ verb, group, resource: whole, namespace, name, isAllowed }];
}
