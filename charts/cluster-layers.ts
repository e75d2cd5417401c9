import { AutoscalerChart } from './autoscaler.ts';
import { DashboardsChart } from './dashboards.ts';
import { DemoAppChart } from './demo-app.ts';
import { GrafanaChart } from './grafana.ts';
import { KubeStateMetricsChart } from './kube-state-metrics.ts';
import type { ChartFiles } from './layout.ts';
import { NamespacesChart } from './namespaces.ts';
import { NetworkPoliciesChart } from './network-policies.ts';
import { NodeExporterChart } from './node-exporter.ts';
import { NodeFleetChart } from './node-fleet.ts';
import { PolicyAccessChart } from './policy-access.ts';
import { PriorityClassesChart } from './priority-classes.ts';
import { PrometheusRulesChart } from './prometheus-rules.ts';
import { PrometheusChart } from './prometheus.ts';
import { ScalingOperationChart } from './scaling-operation.ts';

/**
 * What each cluster holds: layer → file → chart. `clusters/<cluster>/<layer>/<file>.yaml` is generated from it, with a kustomization.yaml
 * that lists the files. Each layer is a Flux Kustomization of its own; a layer without files has no folder.
 */
export const CLUSTER_LAYERS = {
  crds: {
    'node-fleet': { source: 'charts/node-fleet.ts', chart: NodeFleetChart },
    'scaling-operation': { source: 'charts/scaling-operation.ts', chart: ScalingOperationChart },
  },
  infrastructure: {
    namespaces: { source: 'charts/namespaces.ts', chart: NamespacesChart },
    'network-policies': { source: 'charts/network-policies.ts', chart: NetworkPoliciesChart },
    'priority-classes': { source: 'charts/priority-classes.ts', chart: PriorityClassesChart },
    'policy-access': { source: 'charts/policy-access.ts', chart: PolicyAccessChart },
  },
  monitoring: {
    dashboards: { source: 'charts/dashboards.ts', chart: DashboardsChart },
    grafana: { source: 'charts/grafana.ts', chart: GrafanaChart },
    'kube-state-metrics': { source: 'charts/kube-state-metrics.ts', chart: KubeStateMetricsChart },
    'node-exporter': { source: 'charts/node-exporter.ts', chart: NodeExporterChart },
    prometheus: { source: 'charts/prometheus.ts', chart: PrometheusChart },
    'prometheus-rules': { source: 'charts/prometheus-rules.ts', chart: PrometheusRulesChart },
  },
  autoscaler: {
    autoscaler: { source: 'charts/autoscaler.ts', chart: AutoscalerChart },
  },
  apps: {
    'demo-app': { source: 'charts/demo-app.ts', chart: DemoAppChart },
  },
} as const satisfies Readonly<Record<string, ChartFiles>>;
