import { KubeApiError, type KubeTransport } from '../client.ts';
import type { FluxOwner } from './node-fleet-resource.ts';

/** The policy waits for the answer, so no longer than this. */
const CALL_TIMEOUT_MS = 2_000;

interface RawKustomization {
  readonly status?: { readonly lastAttemptedRevision?: string };
}

/**
 * The Git revision that a Flux Kustomization is applying or applied last, such as `main@sha1:4f2a…`. Flux writes
 * `lastAttemptedRevision` before it applies, so an answer asked for after a change of an object is never older than the commit that
 * changed it. (`lastAppliedRevision` would be a deadlock: it waits for health, and health waits for us.)
 *
 * Gives `undefined` where nobody can say: no Flux here, no such Kustomization, or no right to read it.
 * @throws {PortError} when the API server cannot be asked now
 */
export async function fluxRevision(
  { namespace, name }: FluxOwner,
  transport: KubeTransport,
  signal: AbortSignal,
): Promise<string | undefined> {
  const folder = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${encodeURIComponent(namespace)}`;
  const path = `${folder}/kustomizations/${encodeURIComponent(name)}`;
  try {
    const { body } = await transport.request({ method: 'GET', path, signal, timeoutMs: CALL_TIMEOUT_MS });
    return (body as RawKustomization).status?.lastAttemptedRevision;
  } catch (error) {
    if (error instanceof KubeApiError && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
}
