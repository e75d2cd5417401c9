import { setImmediate as nextTurn } from 'node:timers/promises';
import { PortError } from '../../../ports.ts';
import { KubeApiError, type KubeTransport } from '../client.ts';
import type { KubeResource, RawObject } from './kube-resource.ts';
import type { ObjectStore } from './object-store.ts';

/** Small enough that parsing one page of pods (2.6 MB) blocks nobody, large enough for few round trips. */
const PAGE_SIZE = 500;
const PAGE_TIMEOUT_MS = 30_000;

interface RawList {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly RawObject[] | null;
}

/**
 * Lists a kind page by page into the store, which shows the result once it is complete; gives its resource version.
 * When a continue token has expired (410), the list starts over once. Throws what the transport throws.
 */
export async function listInto<T>(
  store: ObjectStore<T>,
  resource: KubeResource<T>,
  transport: KubeTransport,
  signal: AbortSignal,
): Promise<string> {
  let refill = store.refill();
  let token: string | undefined;
  let hasRestarted = false;
  for (;;) {
    const page = await fetchPage(resource, transport, { token, signal }).catch((error: unknown) => {
      if (token === undefined || hasRestarted || !isGone(error)) throw error;
      return 'expired' as const;
    });
    if (page === 'expired') {
      hasRestarted = true;
      token = undefined;
      refill = store.refill();
      continue;
    }
    for (const item of page.items ?? []) refill.put(item);
    token = page.metadata.continue || undefined;
    if (token === undefined) {
      refill.commit();
      // Whoever waits for the list looks at it next: a turn of its own, for others to go first.
      await nextTurn();
      return page.metadata.resourceVersion;
    }
    await nextTurn();
  }
}

/** Whether the API server says that what we hold on to (a token, a resource version) is too old. */
export function isGone(error: unknown): boolean {
  return error instanceof KubeApiError && error.status === 410;
}

async function fetchPage(
  resource: KubeResource<unknown>,
  transport: KubeTransport,
  { token, signal }: { token: string | undefined; signal: AbortSignal },
): Promise<RawList> {
  const { body } = await transport.request({
    method: 'GET',
    path: resource.path,
    query: { ...resource.query, limit: PAGE_SIZE, continue: token },
    signal,
    timeoutMs: PAGE_TIMEOUT_MS,
    // The reflector waits by itself, and counts it.
    throttledRetries: 0,
  });
  if (!isList(body)) {
    throw new PortError(`GET ${resource.path}: not a list`, { retry: 'transient', code: 'NOT_A_LIST' });
  }
  return body;
}

function isList(body: unknown): body is RawList {
  return typeof body === 'object' && body !== null && 'metadata' in body && 'items' in body;
}
