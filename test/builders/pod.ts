import type { Pod } from '../../src/model/pod.ts';

let made = 0;

/** What a test says of a pod; `cpu` in millicores and `memory` in MiB are short for `requests`. */
export type PodParts = Partial<Pod> & { readonly cpu?: number; readonly memory?: number };

/** A running-style pod of a two-replica Deployment that asks 100m and 128 MiB; unbound unless `nodeName` is given. */
export function aPod(parts: PodParts = {}): Pod {
  const { cpu = 100, memory = 128, ...rest } = parts;
  made += 1;
  const name = rest.name ?? `pod-${made}`;
  return {
    uid: `uid-${rest.namespace ?? 'default'}-${name}`,
    namespace: 'default',
    name,
    labels: { app: 'web' },
    requests: { cpuMillis: cpu, memoryMiB: memory, pods: 1 },
    phase: rest.nodeName === undefined ? 'Pending' : 'Running',
    nodeName: undefined,
    createdAtMs: 0,
    unschedulableSinceMs: undefined,
    deletionRequestedAtMs: undefined,
    owner: { kind: 'Deployment', name: 'web', uid: 'uid-web', replicas: 2 },
    priority: 0,
    graceSeconds: 30,
    tolerations: [],
    nodeSelector: [],
    nodeAffinityTerms: [],
    podAffinity: [],
    podAntiAffinity: [],
    topologySpread: [],
    preferredNodes: [],
    preferredPods: [],
    hostPorts: [],
    volumeNodes: [],
    isMirror: false,
    hasLocalVolume: false,
    disruption: 'unset',
    ...rest,
  };
}

/** A pod that the scheduler cannot place since `sinceMs`. */
export function aPendingPod(parts: PodParts & { readonly sinceMs?: number } = {}): Pod {
  const { sinceMs = 0, ...rest } = parts;
  return aPod({ unschedulableSinceMs: sinceMs, createdAtMs: sinceMs, ...rest });
}
