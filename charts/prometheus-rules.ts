import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { stringify } from 'yaml';
import { ALERT_RULES } from './alert-rules.ts';
import { NAMESPACES } from './namespaces.ts';
import { RECORDING_RULES } from './recording-rules.ts';

export const RULES_CONFIG_MAP = 'prometheus-rules';

/** Alert and recording rules, as files that Prometheus loads. */
export class PrometheusRulesChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new k8s.KubeConfigMap(this, 'rules', {
      metadata: { name: RULES_CONFIG_MAP, namespace: NAMESPACES.monitoring },
      data: { 'alerts.yaml': alertsYaml(), 'recording.yaml': recordingYaml() },
    });
  }
}

function alertsYaml(): string {
  return rulesYaml(
    Object.entries(ALERT_RULES).map(([name, rules]) => ({
      name,
      rules: rules.map(({ alert, expr, for: since, severity, summary }) => ({
        alert,
        expr,
        for: since,
        labels: { severity },
        annotations: { summary, runbook: `docs/monitoring.md#${alert.toLowerCase()}` },
      })),
    })),
  );
}

function recordingYaml(): string {
  return rulesYaml([{ name: 'recording', rules: RECORDING_RULES }]);
}

function rulesYaml(groups: readonly unknown[]): string {
  return stringify({ groups }, { lineWidth: 0 });
}
