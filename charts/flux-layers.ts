import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { CLUSTER_LAYERS } from './cluster-layers.ts';
import type { ClusterSettings } from './clusters.ts';
import { fluxKustomization } from './flux-kustomization.ts';

type Layer = keyof typeof CLUSTER_LAYERS;

interface LayerRules {
  readonly after: readonly Layer[];
  /** Until all that the layer holds is ready. */
  readonly timeout: string;
}

/**
 * The order in which an empty cluster comes up. The autoscaler does not wait for monitoring: without metrics it still serves pods that
 * cannot be scheduled. The policy is none of these layers: it waits for nothing.
 */
const ORDER: Readonly<Record<Layer, LayerRules>> = {
  crds: { after: [], timeout: '1m' },
  infrastructure: { after: ['crds'], timeout: '1m' },
  monitoring: { after: ['infrastructure'], timeout: '5m' },
  autoscaler: { after: ['infrastructure'], timeout: '5m' },
  apps: { after: ['infrastructure'], timeout: '5m' },
};

/** One Flux Kustomization a layer, each ready when everything in it is. */
export class FluxLayersChart extends Chart {
  constructor(scope: Construct, id: string, { name: cluster }: ClusterSettings) {
    super(scope, id);
    for (const [layer, { after, timeout }] of Object.entries(ORDER)) {
      fluxKustomization(this, {
        name: layer,
        path: `./clusters/${cluster}/${layer}`,
        interval: '10m',
        retryInterval: '2m',
        timeout,
        after,
        spec: { wait: true },
      });
    }
  }
}
