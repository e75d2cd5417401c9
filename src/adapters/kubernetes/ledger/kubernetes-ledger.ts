import { createHash } from 'node:crypto';
import { expiredOperations } from '../../../model/ledger-retention.ts';
import { hasEnded, type Operation } from '../../../model/operation.ts';
import { type Clock, FencedError, type Ledger } from '../../../ports.ts';
import { operationOf } from '../../ledger/operation-record.ts';
import { RepeatedReading } from '../../ledger/repeated-reading.ts';
import { KubeApiError, type KubeTransport } from '../client.ts';

const PAGE_SIZE = 500;
/** How often one write is made anew after the object changed under it. */
const CONFLICT_RETRIES = 3;
const API_VERSION = 'smartscale.dev/v1';
const KIND = 'ScalingOperation';
/** What the API server takes as a name. */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

interface Stored {
  readonly operation: Operation;
  readonly token: number;
  readonly version: string;
  /** Of this process's writes, which it was; 0: it was read. */
  readonly write: number;
}

interface RawOperation {
  readonly metadata?: { readonly name?: string; readonly resourceVersion?: string };
  readonly spec?: { readonly fencingToken?: number; readonly operation?: unknown };
}

interface RawList {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly RawOperation[];
}

/**
 * Operations as ScalingOperation objects of one namespace, so that they outlive this process and anyone can look at them.
 * A leader lists them when it first asks: from then on only that leader writes, and a write that finds another version than
 * expected is refused by the API server. Now and then it lists again, for what came late. Ended ones are deleted after a day.
 */
export class KubernetesLedger implements Ledger {
  readonly #transport: KubeTransport;
  readonly #collection: string;
  readonly #namespace: string;
  readonly #reading: RepeatedReading;
  #stored = new Map<string, Stored>();
  #writes = 0;
  /** The operations in `#stored`, until it changes. */
  #listed: readonly Operation[] | undefined;

  constructor(transport: KubeTransport, namespace: string, clock: Clock) {
    this.#transport = transport;
    this.#namespace = namespace;
    this.#reading = new RepeatedReading(clock, (signal) => this.#listAll(signal));
    this.#collection = `/apis/${API_VERSION}/namespaces/${namespace}/scalingoperations`;
  }

  async list(signal: AbortSignal): Promise<readonly Operation[]> {
    await this.#reading.done(signal);
    this.#listed ??= [...this.#stored.values()].map(({ operation }) => operation);
    return this.#listed;
  }

  async put(operation: Operation, token: number, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const before = this.#stored.get(operation.id);
      if (before !== undefined && before.token > token) {
        throw new FencedError(operation.id, token, before.token);
      }
      try {
        const version = await this.#write(operation, token, before?.version, signal);
        this.#writes += 1;
        this.#stored.set(operation.id, { operation, token, version, write: this.#writes });
        this.#listed = undefined;
        break;
      } catch (error) {
        if (!isOutdated(error) || attempt >= CONFLICT_RETRIES) {
          this.#reading.isUncertain();
          throw error;
        }
        // The object was written or deleted by another client since it was read here.
        await this.#listAll(signal);
      }
    }
    if (hasEnded(operation)) await this.#forgetOld(operation.endedAtMs ?? operation.createdAtMs, signal);
  }

  async #listAll(signal: AbortSignal): Promise<void> {
    const found = new Map<string, Stored>();
    const before = this.#writes;
    let from: string | undefined;
    do {
      const response = await this.#transport.request({
        method: 'GET',
        path: this.#collection,
        query: { limit: PAGE_SIZE, continue: from },
        signal,
      });
      const page = response.body as RawList;
      for (const raw of page.items ?? []) {
        const stored = this.#storedOf(raw);
        found.set(stored.operation.id, stored);
      }
      from = page.metadata?.continue || undefined;
    } while (from !== undefined);
    // What was written here meanwhile is newer than its page.
    for (const [id, stored] of this.#stored) if (stored.write > before) found.set(id, stored);
    this.#stored = found;
    this.#listed = undefined;
  }

  async #write(
    operation: Operation,
    token: number,
    version: string | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const isNew = version === undefined;
    const name = nameOf(operation.id);
    const response = await this.#transport.request({
      method: isNew ? 'POST' : 'PUT',
      path: isNew ? this.#collection : `${this.#collection}/${name}`,
      body: {
        apiVersion: API_VERSION,
        kind: KIND,
        metadata: { name, namespace: this.#namespace, resourceVersion: version },
        spec: { fencingToken: token, operation },
      },
      signal,
    });
    return (response.body as RawOperation).metadata?.resourceVersion ?? '';
  }

  #storedOf({ metadata, spec }: RawOperation): Stored {
    const operation = operationOf(spec?.operation, `ScalingOperation ${this.#namespace}/${metadata?.name}`);
    const { resourceVersion: version = '' } = metadata ?? {};
    return { operation, token: spec?.fencingToken ?? 0, version, write: 0 };
  }

  /** What cannot be deleted now is deleted after another operation's end. */
  async #forgetOld(nowMs: number, signal: AbortSignal): Promise<void> {
    const operations = [...this.#stored.values()].map(({ operation }) => operation);
    for (const { id } of expiredOperations(operations, nowMs)) {
      try {
        await this.#transport.request({
          method: 'DELETE',
          path: `${this.#collection}/${nameOf(id)}`,
          signal,
        });
      } catch (error) {
        if (!(error instanceof KubeApiError)) throw error;
        if (error.status !== 404) return;
      }
      this.#stored.delete(id);
      this.#listed = undefined;
    }
  }
}

/** 409: another version, or a name that exists already. 404: an object that is gone. */
function isOutdated(error: unknown): boolean {
  return error instanceof KubeApiError && (error.status === 409 || error.status === 404);
}

/** An operation's own id, or its hash where a person's tag is no name for an object. */
function nameOf(id: string): string {
  if (OBJECT_NAME.test(id)) return id;
  return `x-${createHash('sha256').update(id).digest('hex').slice(0, 40)}`;
}
