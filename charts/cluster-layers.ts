import { AutoscalerChart } from './autoscaler.ts';
import type { ChartFiles } from './layout.ts';
import { NamespacesChart } from './namespaces.ts';
import { NodeFleetChart } from './node-fleet.ts';
import { PolicyAccessChart } from './policy-access.ts';

/**
 * What each cluster holds: layer → file → chart. `clusters/<cluster>/<layer>/<file>.yaml` is generated from it, with a kustomization.yaml
 * that lists the files. Each layer is a Flux Kustomization of its own; a layer without files has no folder.
 */
export const CLUSTER_LAYERS = {
  crds: {
    'node-fleet': { source: 'charts/node-fleet.ts', chart: NodeFleetChart },
  },
  infrastructure: {
    namespaces: { source: 'charts/namespaces.ts', chart: NamespacesChart },
    'policy-access': { source: 'charts/policy-access.ts', chart: PolicyAccessChart },
  },
  monitoring: {},
  autoscaler: {
    autoscaler: { source: 'charts/autoscaler.ts', chart: AutoscalerChart },
  },
  apps: {},
} as const satisfies Readonly<Record<string, ChartFiles>>;
