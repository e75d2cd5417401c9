import { type DraftContainer, oneOf, type Trait } from './drawing.ts';
import { PRIORITIES, SANDBOXED } from './standing-objects.ts';

/** What a pod takes of its node. */
export const RESOURCE_TRAITS: readonly Trait[] = [
  {
    // The API server copies limits to requests where there are none.
    name: 'limits without requests',
    percent: 6,
    apply: ({ spec }, { chance }) => {
      spec.containers[0].resources = { limits: { cpu: `${100 + chance.integer(500)}m`, memory: '200Mi' } };
    },
  },
  {
    name: 'init containers',
    percent: 10,
    apply: ({ spec }, { chance }) => {
      const init = aContainer('prepare', 100 + chance.integer(1500), 64 + chance.integer(900));
      spec.initContainers = [...(spec.initContainers ?? []), init, aContainer('migrate', 50, 700)];
    },
  },
  {
    name: 'sidecars',
    percent: 10,
    apply: ({ spec }, { chance }) => {
      const before = aContainer('early', 30 + chance.integer(300), 20);
      const after = aContainer('late', 30 + chance.integer(300), 40);
      spec.initContainers = [
        { ...before, restartPolicy: 'Always' },
        ...(spec.initContainers ?? []),
        { ...after, restartPolicy: 'Always' },
      ];
    },
  },
  {
    name: 'pod-level resources',
    percent: 4,
    apply: ({ spec }) => {
      // What the containers ask for together must stay below, in every moment of the start.
      if (spec.initContainers?.some((container) => container.restartPolicy === undefined) === true) return;
      spec.resources = { requests: { cpu: '1700m', memory: '3Gi' } };
      spec.containers[0].resources = { requests: { cpu: '100m', memory: '64Mi' } };
    },
  },
  {
    name: 'overhead',
    percent: 8,
    apply: ({ spec }) => {
      spec.runtimeClassName = SANDBOXED;
    },
  },
  {
    name: 'an extended resource',
    percent: 4,
    apply: ({ spec }) => request(spec.containers[0], 'nvidia.com/gpu', '1'),
  },
  {
    name: 'ephemeral storage',
    percent: 8,
    apply: ({ spec }, { chance }) =>
      request(spec.containers[0], 'ephemeral-storage', oneOf(chance, ['1Gi', '6G', '16000Mi'])),
  },
  {
    name: 'a host port',
    percent: 7,
    apply: ({ spec }, { chance }) =>
      addPort(spec.containers[0], { hostPort: oneOf(chance, [8080, 8081, 9100]) }),
  },
  {
    name: 'a host port on one address or protocol',
    percent: 4,
    apply: ({ spec }, { chance }) =>
      addPort(spec.containers[0], {
        hostPort: 8080,
        ...oneOf(chance, [{ hostIP: '127.0.0.1' }, { hostIP: '10.0.0.1' }, { protocol: 'UDP' }]),
      }),
  },
  {
    // Every port of such a pod is a host port: the API server says so in the pod.
    name: 'host network',
    percent: 3,
    apply: ({ spec }, { chance }) => {
      spec.hostNetwork = true;
      spec.containers[0].ports = [{ containerPort: oneOf(chance, [8080, 9100, 7000]) }];
    },
  },
  {
    name: 'a priority',
    percent: 15,
    apply: ({ spec }, { chance }) => {
      spec.priorityClassName = oneOf(chance, PRIORITIES);
    },
  },
];

function aContainer(name: string, cpuMillis: number, memoryMiB: number): DraftContainer {
  return {
    name,
    image: 'example.invalid/app:1',
    resources: { requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` } },
  };
}

function request(container: DraftContainer, resource: string, amount: string): void {
  const { requests, limits } = container.resources ?? {};
  // Kubernetes wants a limit wherever an extended resource is requested, and the two to be equal.
  const isExtended = resource.includes('/');
  container.resources = {
    requests: { ...requests, [resource]: amount },
    ...((limits !== undefined || isExtended) && { limits: { ...limits, [resource]: amount } }),
  };
}

function addPort(container: DraftContainer, port: Readonly<Record<string, unknown>>): void {
  container.ports = [...(container.ports ?? []), { containerPort: port['hostPort'], ...port }];
}
