import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { addResources, NO_RESOURCES, type Resources } from '../../../model/resources.ts';
import type { Raw } from '../raw.ts';
import { maxResources, type RawResourceList, resourcesOf } from './resource-list.ts';

interface RawContainerRequests extends Pick<Raw<V1Container>, 'restartPolicy'> {
  readonly resources?: RawRequirements;
}

/** What is asked for, and at most. */
interface RawRequirements {
  readonly requests?: RawResourceList;
  readonly limits?: RawResourceList;
}

/** Of a pod's spec, what it requests. Each amount that `resources` states takes the place of the containers' sum. */
export interface RawPodRequests extends Pick<Raw<V1PodSpec>, 'overhead' | 'resources'> {
  readonly containers: readonly RawContainerRequests[];
  readonly initContainers?: readonly RawContainerRequests[];
}

/**
 * What the scheduler counts for a pod: its containers and sidecars (restartable init containers) together, or the most
 * that any moment of its start needs, whichever is larger; plus the runtime's overhead, and one pod slot.
 */
export function podRequests(spec: RawPodRequests): Resources {
  let running = spec.containers.reduce(
    (sum, container) => addResources(sum, requestsOf(container)),
    NO_RESOURCES,
  );
  let sidecars: Resources = NO_RESOURCES;
  let starting: Resources = NO_RESOURCES;
  for (const container of spec.initContainers ?? []) {
    const requests = requestsOf(container);
    if (container.restartPolicy === 'Always') {
      running = addResources(running, requests);
      sidecars = addResources(sidecars, requests);
      starting = maxResources(starting, sidecars);
    } else {
      starting = maxResources(starting, addResources(sidecars, requests));
    }
  }
  const containers = maxResources(running, starting);
  const total = addResources(withPodLevel(containers, spec.resources), resourcesOf(spec.overhead));
  return { ...total, pods: 1 };
}

/** What is requested: where only a limit is stated, that. The API server writes it down in pods, but not in templates. */
export function requestList({ requests, limits }: RawRequirements = {}): RawResourceList | undefined {
  return limits === undefined ? requests : { ...limits, ...requests };
}

type PodLevel = NonNullable<RawPodRequests['resources']>;

function asksFor({ cpuMillis, memoryMiB, extended }: Resources, name: string): boolean {
  if (name === 'cpu') return cpuMillis > 0;
  return name === 'memory' ? memoryMiB > 0 : (extended?.[name] ?? 0) > 0;
}

function requestsOf(container: RawContainerRequests): Resources {
  return resourcesOf(requestList(container.resources));
}

/** A limit of the whole pod is its request, too, where neither the pod nor a container asks for that resource. */
function withPodLevel(containers: Resources, { requests = {}, limits = {} }: PodLevel = {}): Resources {
  const unasked = Object.entries(limits).filter(([name]) => !asksFor(containers, name));
  const list: RawResourceList = { ...Object.fromEntries(unasked), ...requests };
  const podLevel = resourcesOf(list);
  const merged = {
    ...containers,
    ...('cpu' in list && { cpuMillis: podLevel.cpuMillis }),
    ...('memory' in list && { memoryMiB: podLevel.memoryMiB }),
  };
  return podLevel.extended === undefined
    ? merged
    : { ...merged, extended: { ...containers.extended, ...podLevel.extended } };
}
