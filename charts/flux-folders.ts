import type { ClusterSettings } from './clusters.ts';
import { FluxExtrasChart, hasExtras, hasNotifications } from './flux-extras.ts';
import { FluxLayersChart } from './flux-layers.ts';
import { FluxNotificationsChart } from './flux-notifications.ts';
import { FluxPolicyChart } from './flux-policy.ts';
import { FluxSyncChart } from './flux-sync.ts';
import { ImageAutomationChart } from './image-automation.ts';
import type { ChartFiles } from './layout.ts';

/** Folders with their charts. Flux syncs its own objects from `flux-system/<cluster>`; a folder below is a Kustomization of its own. */
export function fluxFolders({ name, flux }: ClusterSettings): Readonly<Record<string, ChartFiles>> {
  const root = `flux-system/${name}`;
  return {
    [root]: {
      sync: { source: 'charts/flux-sync.ts', chart: FluxSyncChart },
      layers: { source: 'charts/flux-layers.ts', chart: FluxLayersChart },
      policy: { source: 'charts/flux-policy.ts', chart: FluxPolicyChart },
      ...(hasExtras(flux)
        ? { extras: { source: 'charts/flux-extras.ts' as const, chart: FluxExtrasChart } }
        : {}),
    },
    [`${root}/notifications`]: hasNotifications(flux)
      ? { notifications: { source: 'charts/flux-notifications.ts', chart: FluxNotificationsChart } }
      : {},
    [`${root}/image-automation`]:
      flux.imageAutomation === undefined
        ? {}
        : { 'image-automation': { source: 'charts/image-automation.ts', chart: ImageAutomationChart } },
  };
}
