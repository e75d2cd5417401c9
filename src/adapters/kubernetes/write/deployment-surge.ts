import type { SurgeOutcome } from '../../../model/outcome.ts';
import type { Pod } from '../../../model/pod.ts';
import { KubeApiError, type KubeTransport } from '../client.ts';
import { MOVED_BY } from '../read.ts';

/**
 * Changes the pod template of the pod's Deployment by an annotation alone, so that it replaces its pod by its own strategy. The same
 * operation changes nothing the second time.
 */
export async function surgeDeployment(
  transport: KubeTransport,
  { pod, operationId }: { readonly pod: Pod; readonly operationId: string },
  signal: AbortSignal,
): Promise<SurgeOutcome> {
  const { namespace, owner } = pod;
  if (owner?.kind !== 'Deployment') return 'gone';
  const annotations = { [MOVED_BY]: operationId };
  try {
    await transport.request({
      method: 'PATCH',
      path: `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments/${encodeURIComponent(owner.name)}`,
      query: { fieldManager: 'smartscale' },
      contentType: 'application/merge-patch+json',
      body: { spec: { template: { metadata: { annotations } } } },
      signal,
    });
    return 'begun';
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 403) return 'forbidden';
    if (error instanceof KubeApiError && error.status === 404) return 'gone';
    throw error;
  }
}
