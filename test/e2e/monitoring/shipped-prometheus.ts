import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { freePort } from '../harness/free-port.ts';
import type { KubeObject } from '../harness/kube-client.ts';
import { type Layer, shippedObjects } from '../harness/manifests.ts';
import { type Prometheus, runPrometheus } from '../harness/prometheus.ts';

/** What a pod finds in its container, and where it is here. */
export interface PodsPlace {
  readonly folder: string;
  /** In a pod, Prometheus finds the API server by its environment. */
  readonly kubeconfig: string;
  readonly caFile: string;
  readonly token: string;
  readonly nodeExporterPort: number;
}

const IN_POD = {
  account: '/var/run/secrets/kubernetes.io/serviceaccount',
  config: '/etc/prometheus/config/prometheus.yml',
  rules: '/etc/prometheus/rules',
  data: '--storage.tsdb.path=/prometheus',
} as const;

/**
 * Prometheus with the arguments, the configuration and the rules that the repository ships. Different are places of files and ports, the way to the API
 * server, and time: it scrapes each second.
 */
export async function startShippedPrometheus(
  place: PodsPlace,
): Promise<Prometheus & { readonly rules: string }> {
  const folder = join(place.folder, 'shipped');
  const rules = join(folder, 'rules');
  mkdirSync(rules, { recursive: true });
  writeFileSync(join(folder, 'token'), place.token, { mode: 0o600 });
  const config = join(folder, 'prometheus.yml');
  const port = await freePort();
  writeFileSync(config, JSON.stringify(configurationFor(place, { folder, rules, port })));
  const { data } = shipped('prometheus-rules', 'ConfigMap');
  for (const [name, text] of Object.entries<string>(data)) writeFileSync(join(rules, name), text);
  const [container] = shipped('prometheus', 'StatefulSet')['spec'].template.spec.containers as [
    { args: string[] },
  ];
  const args = container.args.map((arg) =>
    arg
      .replace(IN_POD.config, config)
      .replace(IN_POD.data, `--storage.tsdb.path=${join(folder, 'prometheus')}`),
  );
  const prometheus = await runPrometheus(folder, [...args, '--config.auto-reload-interval=1s'], port);
  return { ...prometheus, rules };
}

// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any;

interface Places {
  readonly folder: string;
  readonly rules: string;
  readonly port: number;
}

function configurationFor(place: PodsPlace, { folder, rules, port }: Places): unknown {
  const text = (shipped('prometheus-config', 'ConfigMap')['data']['prometheus.yml'] as string)
    .replaceAll(`${IN_POD.account}/ca.crt`, place.caFile)
    .replaceAll(`${IN_POD.account}/token`, join(folder, 'token'))
    .replaceAll(IN_POD.rules, rules)
    .replaceAll(':9100', `:${place.nodeExporterPort}`)
    .replaceAll('localhost:9090', `127.0.0.1:${port}`);
  const config: Loose = parse(text);
  Object.assign(config.global, { scrape_interval: '1s', scrape_timeout: '900ms', evaluation_interval: '1s' });
  for (const job of config.scrape_configs) {
    for (const discovery of job.kubernetes_sd_configs ?? []) discovery.kubeconfig_file = place.kubeconfig;
  }
  return config;
}

/** An object of a layer, the monitoring layer unless another is named. */
export function shipped(name: string, kind: string, layer: Layer = 'monitoring'): KubeObject {
  const found = shippedObjects(layer).find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`layer ${layer} has no ${kind} ${name}`);
  return found;
}
