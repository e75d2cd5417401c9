import { addResources, NO_RESOURCES, type Resources } from '../../../model/resources.ts';
import { maxResources, type RawResourceList, resourcesOf } from './resource-list.ts';

interface RawContainerRequests {
  readonly restartPolicy?: string;
  readonly resources?: RawContainerResources;
}

interface RawContainerResources {
  readonly requests?: RawResourceList;
  readonly limits?: RawResourceList;
}

export interface RawPodRequests {
  readonly containers: readonly RawContainerRequests[];
  readonly initContainers?: readonly RawContainerRequests[];
  readonly overhead?: RawResourceList;
  /** Requests of the pod as a whole; each one stated takes the place of its containers' sum. */
  readonly resources?: { readonly requests?: RawResourceList };
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
  const total = addResources(withPodLevel(containers, spec.resources?.requests), resourcesOf(spec.overhead));
  return { ...total, pods: 1 };
}

/** What is requested: where only a limit is stated, that. The API server writes it down in pods, but not in templates. */
export function requestList({ requests, limits }: RawContainerResources = {}): RawResourceList | undefined {
  return limits === undefined ? requests : { ...limits, ...requests };
}

function requestsOf(container: RawContainerRequests): Resources {
  return resourcesOf(requestList(container.resources));
}

function withPodLevel(containers: Resources, list: RawResourceList | undefined): Resources {
  if (list === undefined) return containers;
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
