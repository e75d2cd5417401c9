import type { DisruptionBudget } from '../../../model/disruption-budget.ts';
import type { EvictionOutcome } from '../../../model/outcome.ts';
import type { Pod } from '../../../model/pod.ts';
import { selects } from '../../../model/selector.ts';
import { PortError } from '../../../ports.ts';
import { KubeApiError, type KubeTransport } from '../client.ts';

/** What the API server answers, with a plain 500 and no reason, when two budgets select a pod. */
const TWO_BUDGETS = 'more than one PodDisruptionBudget';

/**
 * Asks the Eviction API for one pod. A grace period of 0 would force the pod out of the store while its containers still
 * run, so at least a second is given.
 */
export async function evictPod(
  transport: KubeTransport,
  request: { pod: Pod; graceSeconds: number; budgets: readonly DisruptionBudget[] },
  signal: AbortSignal,
): Promise<EvictionOutcome> {
  const { namespace, name, uid, graceSeconds } = request.pod;
  const gracePeriodSeconds = Math.max(1, Math.min(graceSeconds, request.graceSeconds));
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/eviction`;
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { namespace, name },
    deleteOptions: { preconditions: { uid }, gracePeriodSeconds },
  };
  try {
    await transport.request({ method: 'POST', path, body, signal });
    return { status: 'evicted' };
  } catch (error) {
    if (error instanceof KubeApiError) return outcomeOf(error, budgetsOf(request.pod, request.budgets));
    if (error instanceof PortError) return { status: 'transient', message: error.message };
    throw error;
  }
}

function outcomeOf(error: KubeApiError, budgets: readonly DisruptionBudget[]): EvictionOutcome {
  const cause = error.details?.causes?.find(({ reason }) => reason === 'DisruptionBudget');
  if (error.status === 404 || error.status === 409) return { status: 'gone' };
  if (error.status === 429 && cause !== undefined) {
    const budget = budgetName(cause.message ?? '', budgets);
    return { status: 'blocked', budget, retryAfterMs: error.retryAfterMs };
  }
  if (error.status === 500 && (budgets.length > 1 || error.message.includes(TWO_BUDGETS)))
    return { status: 'misconfigured', message: twoBudgetsMessage(budgets, error) };
  return { status: 'transient', message: error.message };
}

function budgetsOf(pod: Pod, budgets: readonly DisruptionBudget[]): readonly DisruptionBudget[] {
  return budgets.filter((b) => b.namespace === pod.namespace && selects(b.selector, pod.labels));
}

/** The budget that we know to select the pod, else the one that the API server's sentence names. */
function budgetName(message: string, budgets: readonly DisruptionBudget[]): string | undefined {
  if (budgets.length === 1) return budgets[0]?.name;
  return /disruption budget (\S+)/.exec(message)?.[1];
}

function twoBudgetsMessage(budgets: readonly DisruptionBudget[], error: KubeApiError): string {
  if (budgets.length < 2) return error.message;
  return `budgets ${budgets.map((b) => b.name).join(' and ')} both select the pod: leave only one of them`;
}
