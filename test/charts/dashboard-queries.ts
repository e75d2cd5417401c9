import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** One query of a dashboard, with Grafana's own variables filled in. */
export interface DashboardQuery {
  readonly panel: string;
  readonly expr: string;
  readonly isInstant: boolean;
}

interface Target {
  readonly expr?: string;
  readonly instant?: boolean;
}

/** Every query of every panel and annotation, read from the JSON that Grafana reads. */
export function dashboardQueries(dashboard: Dashboard): readonly DashboardQuery[] {
  const { panels = [], annotations } = JSON.parse(JSON.stringify(dashboard)) as {
    panels?: readonly { title?: string; targets?: readonly Target[] }[];
    annotations?: { list?: readonly { name: string; expr?: string }[] };
  };
  return [
    ...panels.flatMap(({ title = '', targets = [] }) =>
      targets.map(({ expr = '', instant = false }) => query(title, expr, instant)),
    ),
    ...(annotations?.list ?? []).map(({ name, expr = '' }) => query(name, expr, false)),
  ];
}

function query(panel: string, expr: string, isInstant: boolean): DashboardQuery {
  return { panel, expr: expr.replaceAll('$__rate_interval', '1m'), isInstant };
}
