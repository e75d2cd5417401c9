import type { RemoveOperation } from '../../model/operation.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import { PortError } from '../../ports.ts';
import type { ActContext } from '../core/act-ports.ts';

/** A new pod takes as long to be ready; asking again then changes nothing. */
const ASK_AGAIN_MS = 30_000;

/**
 * Asks the Deployment of a single replica to bring a new pod, after which it takes this one away. The answer is a reason only when
 * waiting can never help.
 */
export async function surgePod(
  operation: RemoveOperation,
  pod: Pod,
  retry: { readonly key: string; readonly firstMs: number; readonly maxMs: number },
  { ports, signal }: { readonly ports: ActContext; readonly signal: AbortSignal },
): Promise<Reason | undefined> {
  const nowMs = ports.clock.monotonicMs();
  try {
    const outcome = await ports.cluster.surge(pod, operation.id, signal);
    if (outcome === 'forbidden') return forbidden(pod);
    ports.retrySchedule.pauseUntil(retry.key, nowMs + ASK_AGAIN_MS);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    ports.retrySchedule.backOff(retry.key, nowMs, { ...retry, why: error.message });
  }
  return undefined;
}

function forbidden(pod: Pod): Reason {
  const name = pod.owner?.name ?? pod.name;
  return {
    code: 'surge-forbidden',
    text: `Pod ${podRef(pod)} is to be moved by surge, and the autoscaler may not patch the Deployment ${name}: grant it the Role of docs/policy.md, or take the annotation off.`,
    facts: { pod: podRef(pod) },
  };
}
