/** Objects as the API server shows them, for tests of what reads and writes a NodeFleet. */

export const NAMESPACE = 'smartscale';
export const FLEET = { namespace: NAMESPACE, name: 'production' };
export const FLEETS = `/apis/smartscale.dev/v1/namespaces/${NAMESPACE}/nodefleets`;
export const CONFIGMAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
export const KUSTOMIZATION =
  '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/policy';

export interface FleetParts {
  readonly configMap: string;
  /** @default 1 */
  readonly generation?: number;
  /** @default 'fleet-uid' */
  readonly uid?: string;
  readonly status?: object;
  /** Whether Flux applied it, so that its labels name the Kustomization. @default true */
  readonly byFlux?: boolean;
}

export function aFleet({ configMap, generation = 1, uid = 'fleet-uid', status, byFlux = true }: FleetParts) {
  const labels = {
    'kustomize.toolkit.fluxcd.io/name': 'policy',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
  };
  return {
    metadata: { ...FLEET, uid, generation, resourceVersion: '7', ...(byFlux ? { labels } : {}) },
    spec: { policyRef: { name: configMap } },
    status,
  };
}

export function aConfigMap(name: string, text: string, key = 'policy.yaml') {
  return {
    metadata: { namespace: NAMESPACE, name, uid: `uid-${name}`, resourceVersion: '7' },
    data: { [key]: text },
  };
}
