import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ClusterSettings } from './clusters.ts';
import { fluxKustomization } from './flux-kustomization.ts';
import type { FluxSettings } from './flux-settings.ts';

/** Whether a cluster hears of pushes or speaks in Slack. */
export function hasNotifications({ receiver, slack }: FluxSettings): boolean {
  return receiver !== undefined || slack !== undefined;
}

/** Whether a cluster has any of what is off by default. */
export function hasExtras(flux: FluxSettings): boolean {
  return flux.sops !== undefined || flux.imageAutomation !== undefined || hasNotifications(flux);
}

/** What a cluster may have besides its layers. Each is a Kustomization of its own that no layer waits for. */
export class FluxExtrasChart extends Chart {
  constructor(scope: Construct, id: string, { name: cluster, flux }: ClusterSettings) {
    super(scope, id);
    const often = { interval: '10m', retryInterval: '1m', timeout: '1m' };
    if (hasNotifications(flux)) {
      fluxKustomization(this, {
        ...often,
        name: 'notifications',
        path: `./flux-system/${cluster}/notifications`,
      });
    }
    if (flux.imageAutomation !== undefined) {
      fluxKustomization(this, {
        ...often,
        name: 'image-automation',
        path: `./flux-system/${cluster}/image-automation`,
      });
    }
    if (flux.sops !== undefined) {
      fluxKustomization(this, {
        ...often,
        name: 'secrets',
        path: `./clusters/${cluster}/secrets`,
        after: ['infrastructure'],
        spec: { decryption: { provider: 'sops', secretRef: { name: flux.sops.ageKeySecret } } },
      });
    }
  }
}
