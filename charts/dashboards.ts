import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { FLEET_DASHBOARD } from './fleet-dashboard.ts';
import { NAMESPACES } from './namespaces.ts';

/** Every dashboard by its file name. */
export const DASHBOARDS = { fleet: FLEET_DASHBOARD } as const;

/** The ConfigMaps that Grafana mounts: one for each dashboard. */
export const DASHBOARD_CONFIG_MAPS: readonly string[] = Object.keys(DASHBOARDS).map(configMapOf);

export class DashboardsChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    for (const [name, dashboard] of Object.entries(DASHBOARDS)) {
      new k8s.KubeConfigMap(this, name, {
        metadata: { name: configMapOf(name), namespace: NAMESPACES.monitoring },
        data: { [`${name}.json`]: `${JSON.stringify(dashboard, undefined, 1)}\n` },
      });
    }
  }
}

function configMapOf(dashboard: string): string {
  return `dashboard-${dashboard}`;
}
