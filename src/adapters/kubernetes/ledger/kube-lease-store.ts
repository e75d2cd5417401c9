import type { V1Lease } from '@kubernetes/client-node';
import type { LeaseRecord, LeaseStore, StoredLease } from '../../lease/lease-store.ts';
import { KubeApiError, type KubeTransport } from '../client.ts';
import type { Raw } from '../raw.ts';

/** A call must end well within the renew deadline of 8 s, so that a hung one leaves time for another. */
const CALL_TIMEOUT_MS = 3_000;

/** The Lease object `namespace/name` behind the API server. */
export class KubeLeaseStore implements LeaseStore {
  readonly #transport: KubeTransport;
  readonly #namespace: string;
  readonly #name: string;

  constructor(transport: KubeTransport, { namespace, name }: { namespace: string; name: string }) {
    this.#transport = transport;
    this.#namespace = namespace;
    this.#name = name;
  }

  async read(signal: AbortSignal): Promise<StoredLease | undefined> {
    try {
      const path = `${this.#collection()}/${this.#name}`;
      const response = await this.#transport.request({
        method: 'GET',
        path,
        signal,
        timeoutMs: CALL_TIMEOUT_MS,
        throttledRetries: 0,
      });
      return storedOf(response.body);
    } catch (error) {
      if (error instanceof KubeApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async write(
    record: LeaseRecord,
    version: string | undefined,
    signal: AbortSignal,
  ): Promise<StoredLease | 'conflict'> {
    const isNew = version === undefined;
    try {
      const response = await this.#transport.request({
        method: isNew ? 'POST' : 'PUT',
        path: isNew ? this.#collection() : `${this.#collection()}/${this.#name}`,
        body: this.#objectOf(record, version),
        signal,
        timeoutMs: CALL_TIMEOUT_MS,
      });
      return storedOf(response.body);
    } catch (error) {
      if (error instanceof KubeApiError && error.status === 409) return 'conflict';
      throw error;
    }
  }

  #collection(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#namespace}/leases`;
  }

  #objectOf(record: LeaseRecord, version: string | undefined): unknown {
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: this.#namespace, name: this.#name, resourceVersion: version },
      spec: {
        holderIdentity: record.holderIdentity,
        leaseDurationSeconds: record.leaseDurationSeconds,
        acquireTime: microTime(record.acquireTimeMs),
        renewTime: microTime(record.renewTimeMs),
        leaseTransitions: record.leaseTransitions,
      },
    };
  }
}

/** MicroTime wants six digits of a second; the API server refuses three. */
function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}

function storedOf(body: unknown): StoredLease {
  const { metadata, spec = {} } = body as Raw<V1Lease>;
  const record = {
    holderIdentity: spec.holderIdentity ?? '',
    leaseDurationSeconds: spec.leaseDurationSeconds ?? 0,
    acquireTimeMs: Date.parse(spec.acquireTime ?? '') || 0,
    renewTimeMs: Date.parse(spec.renewTime ?? '') || 0,
    leaseTransitions: spec.leaseTransitions ?? 0,
  };
  return { record, version: metadata?.resourceVersion ?? '' };
}
