import type { DaemonOverhead } from '../../src/model/daemon-overhead.ts';

/** A DaemonSet that runs on every node that is not tainted and asks 50m and 32 MiB there. */
export function aDaemon(parts: Partial<DaemonOverhead> = {}): DaemonOverhead {
  return {
    name: 'default/agent',
    namespace: 'default',
    labels: { daemon: 'agent' },
    requests: { cpuMillis: 50, memoryMiB: 32, pods: 1 },
    hostPorts: [],
    nodeSelector: [],
    nodeAffinityTerms: [],
    tolerations: [],
    ...parts,
  };
}
