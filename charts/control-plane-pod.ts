import { k8s } from 'cdk8s-plus-28';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/**
 * On the control plane and nowhere else: a worker can be removed at any time, and a single replica there would keep it from being removed.
 */
export const ON_CONTROL_PLANE = {
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: CONTROL_PLANE, operator: 'Exists' }] }],
      },
    },
  },
  tolerations: [{ key: CONTROL_PLANE, operator: 'Exists', effect: 'NoSchedule' }],
} as const satisfies Partial<k8s.PodSpec>;

/**
 * Annotations of a workload that has one replica, with the reason why one is enough. It has no disruption budget either, which would only
 * keep its machine from being drained.
 */
export function oneReplica(because: string): Readonly<Record<string, string>> {
  return { 'smartscale.dev/one-replica-because': because };
}

/** What Pod Security `restricted` asks of a pod; volumes are written as the group `user`. */
export function restrictedPod(user: number): k8s.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** What Pod Security `restricted` asks of a container, and a root file system that cannot be written. */
export const RESTRICTED_CONTAINER: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
};

/** Requests, and a limit for memory alone: a CPU limit would throttle a pod on an idle machine. */
export function resources(cpu: string, memory: string, memoryLimit: string): k8s.ResourceRequirements {
  const quantity = (text: string): k8s.Quantity => k8s.Quantity.fromString(text);
  return {
    requests: { cpu: quantity(cpu), memory: quantity(memory) },
    limits: { memory: quantity(memoryLimit) },
  };
}

/** An HTTP probe of a port by its name. */
export function httpProbe(path: string, port: string, timing: Omit<k8s.Probe, 'httpGet'>): k8s.Probe {
  return { httpGet: { path, port: k8s.IntOrString.fromString(port) }, ...timing };
}
