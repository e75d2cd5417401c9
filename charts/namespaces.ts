import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';

/** The namespaces of a cluster, by what lives there. `flux-system` is not among them: Flux brings its own. */
export const NAMESPACES = {
  smartscale: 'smartscale',
  monitoring: 'monitoring',
  nodeExporter: 'node-exporter',
  demo: 'demo',
} as const;

type PodSecurityLevel = 'restricted' | 'privileged';

/** Pod Security of each namespace. node-exporter reads the host, so it has a namespace of its own and no other pod gains by it. */
const POD_SECURITY: Readonly<Record<keyof typeof NAMESPACES, PodSecurityLevel>> = {
  smartscale: 'restricted',
  monitoring: 'restricted',
  nodeExporter: 'privileged',
  demo: 'restricted',
};

/** The rules of this minor version hold, so that a cluster upgrade alone changes no admission. */
const POD_SECURITY_VERSION = 'v1.34';

/** Every namespace, with the Pod Security level that its pods are held to. */
export class NamespacesChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    for (const [key, level] of Object.entries(POD_SECURITY)) {
      const name = NAMESPACES[key as keyof typeof NAMESPACES];
      new k8s.KubeNamespace(this, name, {
        metadata: {
          name,
          labels: podSecurityLabels(level),
          // Removing a namespace takes all that is in it: leases, volumes, what people keep there.
          annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
        },
      });
    }
  }
}

function podSecurityLabels(level: PodSecurityLevel): Record<string, string> {
  return Object.fromEntries(
    ['audit', 'enforce', 'warn'].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, level],
      [`pod-security.kubernetes.io/${mode}-version`, POD_SECURITY_VERSION],
    ]),
  );
}
