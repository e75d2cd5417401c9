import type { V1Container, V1ContainerPort, V1PodSpec } from '@kubernetes/client-node';
import { hostPortOf } from '../../../model/host-port.ts';
import type { Raw } from '../raw.ts';

interface RawContainerPorts extends Pick<Raw<V1Container>, 'restartPolicy'> {
  readonly ports?: readonly Partial<Raw<V1ContainerPort>>[];
}

export interface RawPodPorts extends Pick<Raw<V1PodSpec>, 'hostNetwork'> {
  readonly containers: readonly RawContainerPorts[];
  readonly initContainers?: readonly RawContainerPorts[];
}

/**
 * The node's ports that a pod holds while it runs, as `8080/TCP`, or `127.0.0.1:8080/TCP` on one address of the node alone; on the
 * host's network that is every port it names.
 */
export function hostPorts({
  containers,
  initContainers = [],
  hostNetwork = false,
}: RawPodPorts): readonly string[] {
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const ports = [...sidecars, ...containers].flatMap((container) => container.ports ?? []);
  return ports.flatMap(({ hostPort = 0, containerPort = 0, protocol = 'TCP', hostIP }) => {
    const port = hostPort === 0 && hostNetwork ? containerPort : hostPort;
    return port === 0 ? [] : [hostPortOf(`${port}/${protocol}`, hostIP)];
  });
}
