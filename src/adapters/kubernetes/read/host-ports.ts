interface RawPort {
  readonly containerPort?: number;
  readonly hostPort?: number;
  readonly protocol?: string;
}

interface RawContainerPorts {
  readonly restartPolicy?: string;
  readonly ports?: readonly RawPort[];
}

export interface RawPodPorts {
  readonly containers: readonly RawContainerPorts[];
  readonly initContainers?: readonly RawContainerPorts[];
  readonly hostNetwork?: boolean;
}

/**
 * The node's ports that a pod holds while it runs, as `8080/TCP`; on the host's network that is every port it names. The
 * host address is left out, which is on the safe side.
 */
export function hostPorts({
  containers,
  initContainers = [],
  hostNetwork = false,
}: RawPodPorts): readonly string[] {
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const ports = [...sidecars, ...containers].flatMap((container) => container.ports ?? []);
  return ports.flatMap(({ hostPort = 0, containerPort = 0, protocol = 'TCP' }) => {
    const port = hostPort === 0 && hostNetwork ? containerPort : hostPort;
    return port === 0 ? [] : [`${port}/${protocol}`];
  });
}
