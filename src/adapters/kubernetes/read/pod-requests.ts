import type { V1Container, V1PodSpec, V1ResourceRequirements } from '@kubernetes/client-node';
import { addResources, NO_RESOURCES, type Resources } from '../../../model/resources.ts';
import type { Raw } from '../raw.ts';
import { maxResources, type RawResourceList, resourcesOf } from './resource-list.ts';

type RawContainerRequests = Pick<Raw<V1Container>, 'restartPolicy' | 'resources'>;

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
  const total = addResources(withPodLevel(containers, spec.resources?.requests), resourcesOf(spec.overhead));
  return { ...total, pods: 1 };
}

/** What is requested: where only a limit is stated, that. The API server writes it down in pods, but not in templates. */
export function requestList({ requests, limits }: Raw<V1ResourceRequirements> = {}):
  | Raw<V1ResourceRequirements>['requests']
  | undefined {
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
