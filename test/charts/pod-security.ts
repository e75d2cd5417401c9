import type { Manifest } from './generated-objects.ts';

const VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** What keeps a pod out of a namespace that enforces Pod Security `restricted`, in words; nothing when it may come in. */
export function restrictedFaults(spec: Manifest): readonly string[] {
  const containers: readonly Manifest[] = [...(spec.initContainers ?? []), ...spec.containers];
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true),
    ...(spec.volumes ?? []).flatMap((volume: Manifest) =>
      Object.keys(volume)
        .filter((key) => key !== 'name' && !VOLUMES.has(key))
        .map((key) => `volume ${volume.name} of type ${key}`),
    ),
    ...containers.flatMap((container) =>
      containerFaults(container, spec.securityContext ?? {}).map((fault) => `${container.name}: ${fault}`),
    ),
  ];
}

function containerFaults(container: Manifest, ofPod: Manifest): readonly string[] {
  const own = container.securityContext ?? {};
  const seccomp = own.seccompProfile ?? ofPod.seccompProfile;
  const faults: Readonly<Record<string, boolean>> = {
    'may run as root': (own.runAsNonRoot ?? ofPod.runAsNonRoot) !== true,
    'runs as root': (own.runAsUser ?? ofPod.runAsUser) === 0,
    'has no seccomp profile': !['RuntimeDefault', 'Localhost'].includes(seccomp?.type),
    'may gain privileges': own.allowPrivilegeEscalation !== false,
    'is privileged': own.privileged === true,
    'keeps capabilities': !(own.capabilities?.drop ?? []).includes('ALL'),
    'adds capabilities': (own.capabilities?.add ?? []).some((name: string) => name !== 'NET_BIND_SERVICE'),
    'takes a port of the host': (container.ports ?? []).some((port: Manifest) => (port.hostPort ?? 0) !== 0),
  };
  return Object.keys(faults).filter((fault) => faults[fault] === true);
}
