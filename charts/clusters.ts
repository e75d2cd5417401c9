import type { AutoscalerProps } from './autoscaler.ts';

/** What differs from cluster to cluster: data, so that charts hold no conditions on names. */
export interface ClusterSettings {
  /** Folder under clusters/, and the `Cluster` tag of the instances. */
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly prometheusUrl: string;
  readonly aws: AutoscalerProps['aws'];
}

/** The image of every cluster, pinned here and nowhere else. */
const IMAGE = 'smartscale/smartscale:0.1.0';

export const CLUSTERS: readonly ClusterSettings[] = [
  {
    name: 'production',
    namespace: 'smartscale',
    image: IMAGE,
    prometheusUrl: 'http://prometheus.monitoring:9090',
    aws: {
      region: 'ap-southeast-1',
      launchTemplate: 'smartscale-worker',
      launchTemplateVersion: 1,
      subnetTag: 'smartscale.dev/workers=production',
    },
  },
];
