import type { V1PodStatus } from '@kubernetes/client-node';
import type { Raw } from '../raw.ts';
import { parseQuantity } from './quantity.ts';
import type { RawResourceList } from './resource-list.ts';

/** What the kubelet has set aside for the containers of a pod, by their names. */
export interface Allocations {
  readonly byName: ReadonlyMap<string, readonly RawResourceList[]>;
  /** The node cannot give what the spec asks for now: only what is allocated counts. */
  readonly isInfeasible: boolean;
}

const NONE: Allocations = { byName: new Map(), isInfeasible: false };

/** What the status says is allocated; nothing before the kubelet has taken the pod. */
export function allocations(
  status: Raw<V1PodStatus>,
  list: 'containerStatuses' | 'initContainerStatuses',
): Allocations {
  const statuses = status[list] ?? [];
  if (statuses.length === 0) return NONE;
  const byName = new Map(
    statuses.map(({ name, allocatedResources, resources }) => [
      name,
      [allocatedResources, resources?.requests].filter((one) => one !== undefined),
    ]),
  );
  return { byName, isInfeasible: isInfeasible(status) };
}

/**
 * What the scheduler counts for a container while it is resized in place: the larger of what is asked for and what the kubelet has
 * allocated; what is allocated alone where the resize is infeasible (KEP-1287).
 */
export function requestsWhileResized(
  requests: RawResourceList | undefined,
  allocated: readonly RawResourceList[] = [],
  { isInfeasible: countsAllocatedAlone }: Pick<Allocations, 'isInfeasible'>,
): RawResourceList | undefined {
  const counted = countsAllocatedAlone && allocated.length > 0 ? allocated : [requests ?? {}, ...allocated];
  const [first = {}, ...others] = counted;
  const merged = others.reduce(larger, first);
  return Object.keys(merged).length === 0 ? requests : merged;
}

function larger(a: RawResourceList, b: RawResourceList): RawResourceList {
  const more = Object.entries(b).filter(([name, amount]) => {
    const other = a[name];
    return other === undefined || (other !== amount && parseQuantity(amount) > parseQuantity(other));
  });
  return more.length === 0 ? a : { ...a, ...Object.fromEntries(more) };
}

function isInfeasible({ conditions = [] }: Raw<V1PodStatus>): boolean {
  return conditions.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible');
}
