import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/** Fixed, so that dashboards name their data source without a variable that somebody would have to fill in. */
export const DATASOURCE_UID = 'prometheus';

const DATASOURCE: common.DataSourceRef = { type: 'prometheus', uid: DATASOURCE_UID };

/** One line of a panel: PromQL, and its name with labels as `{{zone}}`. */
export type Query = readonly [legend: string, expr: string];

/** A panel of any kind, before it has its place. */
export type Panel = ReturnType<typeof lines> | ReturnType<typeof figure> | ReturnType<typeof rows>;

/** Grafana's names of units. */
export type Unit = 'none' | 'percent' | 's' | 'Bps' | 'currencyUSD';

/** A step at which a figure changes its colour; the first one has no value. */
export type ColorSteps = readonly (readonly [from: number | null, color: string])[];

/** Lines over time. */
export function lines(title: string, unit: Unit, queries: readonly Query[]): timeseries.PanelBuilder {
  const panel = new timeseries.PanelBuilder()
    .title(title)
    .unit(unit)
    .datasource(DATASOURCE)
    .span(12)
    .height(8)
    .min(0)
    .lineWidth(2)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    );
  return withQueries(panel, queries, (query) => query.range());
}

/** What happens in each step of time, as stacked bars. */
export function bars(title: string, unit: Unit, queries: readonly Query[]): timeseries.PanelBuilder {
  return stacked(lines(title, unit, queries))
    .drawStyle(common.GraphDrawStyle.Bars)
    .fillOpacity(70)
    .lineWidth(1);
}

/** Lies the lines of a panel upon each other, for parts of a whole. */
export function stacked(panel: timeseries.PanelBuilder): timeseries.PanelBuilder {
  return panel
    .fillOpacity(40)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
}

/** One figure as it is now. */
export function figure(title: string, unit: Unit, expr: string, steps: ColorSteps = []): stat.PanelBuilder {
  const panel = new stat.PanelBuilder()
    .title(title)
    .unit(unit)
    .datasource(DATASOURCE)
    .span(4)
    .height(4)
    .noValue('unknown')
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(steps.length > 0 ? common.BigValueColorMode.Background : common.BigValueColorMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false));
  if (steps.length > 0) {
    panel.thresholds(
      new dashboard.ThresholdsConfigBuilder()
        .mode(dashboard.ThresholdsMode.Absolute)
        .steps(steps.map(([value, color]) => ({ value, color }))),
    );
  }
  return withQueries(panel, [['', expr]], (query) => query.instant());
}

/** A row for each series as it is now, its labels as columns. */
export function rows(title: string, queries: readonly Query[]): table.PanelBuilder {
  const panel = new table.PanelBuilder().title(title).datasource(DATASOURCE).span(12).height(8);
  return withQueries(panel, queries, (query) => query.instant().format(prometheus.PromQueryFormat.Table))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'organize', options: { excludeByName: { Time: true } } });
}

function withQueries<T extends { withTarget: (target: prometheus.DataqueryBuilder) => T }>(
  panel: T,
  queries: readonly Query[],
  ask: (query: prometheus.DataqueryBuilder) => prometheus.DataqueryBuilder,
): T {
  for (const [index, [legend, expr]] of queries.entries()) {
    const query = new prometheus.DataqueryBuilder()
      .refId('ABCDEFGH'.charAt(index))
      .datasource(DATASOURCE)
      .expr(expr);
    panel.withTarget(ask(legend === '' ? query : query.legendFormat(legend)));
  }
  return panel;
}

/** A dashboard of rows of panels, the same bytes each time. Policy changes are drawn into every graph. */
export function dashboardOf(
  { uid, title }: { readonly uid: string; readonly title: string },
  sections: Readonly<Record<string, readonly Panel[]>>,
): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .tags(['smartscale'])
    .time({ from: 'now-24h', to: 'now' })
    .refresh('30s')
    .readonly()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .annotation(policyChanges());
  let id = 0;
  for (const [section, panels] of Object.entries(sections)) {
    builder.withRow(new dashboard.RowBuilder(section).id(++id));
    for (const panel of panels) builder.withPanel(panel.id(++id));
  }
  return builder.build();
}

/** A policy that was not in force a minute ago. */
const POLICY_CHANGES =
  'max by (digest, revision) (smartscale_policy_info) unless max by (digest, revision) (smartscale_policy_info offset 1m)';

function policyChanges(): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name('Policy changes')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('blue')
    .expr(POLICY_CHANGES)
    .titleFormat('Policy {{revision}}')
    .textFormat('{{digest}}');
}
