import { createHash } from 'node:crypto';
import { forgettable } from '../../model/ledger-retention.ts';
import { hasEnded, type Operation } from '../../model/operation.ts';
import { FencedError, type Ledger } from '../../ports.ts';
import { operationOf } from '../ledger/operation-record.ts';
import { KubeApiError } from './kube-api-error.ts';
import type { KubeTransport } from './kube-transport.ts';

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
 * They are listed once, when a leader first asks: from then on only that leader writes, and a write that finds another
 * version than expected is refused by the API server. Ended ones are deleted after a day.
 */
export class KubernetesLedger implements Ledger {
  readonly #transport: KubeTransport;
  readonly #collection: string;
  readonly #namespace: string;
  readonly #stored = new Map<string, Stored>();
  #listing: Promise<void> | undefined;

  constructor(transport: KubeTransport, namespace: string) {
    this.#transport = transport;
    this.#namespace = namespace;
    this.#collection = `/apis/${API_VERSION}/namespaces/${namespace}/scalingoperations`;
  }

  async list(signal: AbortSignal): Promise<readonly Operation[]> {
    this.#listing ??= this.#listAll(signal);
    try {
      await this.#listing;
    } catch (error) {
      this.#listing = undefined;
      throw error;
    }
    return [...this.#stored.values()].map(({ operation }) => operation);
  }

  async put(operation: Operation, token: number, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const before = this.#stored.get(operation.id);
      if (before !== undefined && before.token > token) {
        throw new FencedError(operation.id, token, before.token);
      }
      try {
        const version = await this.#write(operation, token, before?.version, signal);
        this.#stored.set(operation.id, { operation, token, version });
        break;
      } catch (error) {
        if (!isOutdated(error) || attempt >= CONFLICT_RETRIES) throw error;
        // Somebody else wrote, or deleted, an object since it was read here.
        await this.#listAll(signal);
      }
    }
    if (hasEnded(operation)) await this.#forgetOld(operation.endedAtMs ?? operation.createdAtMs, signal);
  }

  async #listAll(signal: AbortSignal): Promise<void> {
    this.#stored.clear();
    let from: string | undefined;
    do {
      const response = await this.#transport.request({
        method: 'GET',
        path: this.#collection,
        query: { limit: PAGE_SIZE, continue: from },
        signal,
      });
      const page = response.body as RawList;
      for (const raw of page.items ?? []) this.#keep(raw);
      from = page.metadata?.continue || undefined;
    } while (from !== undefined);
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

  #keep({ metadata, spec }: RawOperation): void {
    const operation = operationOf(spec?.operation, `ScalingOperation ${this.#namespace}/${metadata?.name}`);
    const { resourceVersion: version = '' } = metadata ?? {};
    this.#stored.set(operation.id, { operation, token: spec?.fencingToken ?? 0, version });
  }

  /** What cannot be deleted now is deleted after another operation's end. */
  async #forgetOld(nowMs: number, signal: AbortSignal): Promise<void> {
    const operations = [...this.#stored.values()].map(({ operation }) => operation);
    for (const { id } of forgettable(operations, nowMs)) {
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
