import { afterEach, describe, expect, it } from '@jest/globals';
import { KubeLeaseStore } from '../../../../src/adapters/kubernetes/ledger/kube-lease-store.ts';
import type { LeaseRecord } from '../../../../src/adapters/lease/lease-store.ts';
import { type Answer, type RecordedCall, RecordingApiServer, refusal } from '../recording-api-server.ts';

const signal = new AbortController().signal;
const AT = Date.parse('2026-11-24T10:00:00.123Z');
const RECORD: LeaseRecord = {
  holderIdentity: 'a',
  leaseDurationSeconds: 12,
  acquireTimeMs: AT,
  renewTimeMs: AT,
  leaseTransitions: 2,
};
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/smartscale/leases';

let server: RecordingApiServer | undefined;

async function storeOf(answer: (call: RecordedCall) => Answer): Promise<KubeLeaseStore> {
  server = await RecordingApiServer.start(answer);
  return new KubeLeaseStore(server.transport, { namespace: 'smartscale', name: 'leader' });
}

/** Stores whatever it is sent as version 9. */
function accept({ body }: RecordedCall): Answer {
  const { spec } = body as { spec: unknown };
  return { status: 200, body: { metadata: { resourceVersion: '9' }, spec } };
}

afterEach(async () => {
  await server?.close();
});

describe('KubeLeaseStore', () => {
  it('creates the lease with six digits of a second and reads back what was stored', async () => {
    const store = await storeOf(accept);
    expect(await store.write(RECORD, undefined, signal)).toEqual({ record: RECORD, version: '9' });
    expect(server?.calls).toMatchObject([
      {
        method: 'POST',
        path: LEASES,
        body: {
          spec: { acquireTime: '2026-11-24T10:00:00.123000Z', renewTime: '2026-11-24T10:00:00.123000Z' },
        },
      },
    ]);
  });

  it('replaces exactly the version that was read', async () => {
    const store = await storeOf(accept);
    await store.write(RECORD, '8', signal);
    expect(server?.calls).toMatchObject([
      { method: 'PUT', path: `${LEASES}/leader`, body: { metadata: { resourceVersion: '8' } } },
    ]);
  });

  it('answers a conflict as a value and a missing lease as undefined', async () => {
    const store = await storeOf(({ method }) => refusal(method === 'GET' ? 404 : 409));
    expect(await store.read(signal)).toBeUndefined();
    expect(await store.write(RECORD, undefined, signal)).toBe('conflict');
    expect(await store.write(RECORD, '8', signal)).toBe('conflict');
  });

  it('reads a lease without a holder as one that nobody holds', async () => {
    const store = await storeOf(() => ({
      status: 200,
      body: { metadata: { resourceVersion: '1' }, spec: {} },
    }));
    expect(await store.read(signal)).toMatchObject({
      record: { holderIdentity: '', leaseDurationSeconds: 0 },
    });
  });

  it('throws every other refusal', async () => {
    const store = await storeOf(() => refusal(403, { reason: 'Forbidden' }));
    await expect(store.read(signal)).rejects.toMatchObject({ retry: 'authorization' });
    await expect(store.write(RECORD, '1', signal)).rejects.toMatchObject({ retry: 'authorization' });
  });
});
