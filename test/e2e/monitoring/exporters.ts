import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_EXPORTER_FLAGS } from '../../../charts/node-exporter.ts';
import { OwnedProcess } from '../harness/child-process.ts';
import { goTool } from '../harness/tool-cache.ts';
import { shipped } from './shipped-prometheus.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'src', 'bin.js');

/** A real node_exporter with the flags that ship, on an address of its own; it measures the machine that the test runs on. */
export function startNodeExporter(folder: string, address: string, port: number): OwnedProcess {
  return OwnedProcess.start({
    name: 'node_exporter',
    command: goTool('node-exporter', 'node_exporter'),
    args: [...NODE_EXPORTER_FLAGS, `--web.listen-address=${address}:${port}`],
    logFile: join(folder, `node-exporter-${address}.log`),
  });
}

/** A real kube-state-metrics with the arguments and the configuration that ship. */
export function startKubeStateMetrics(
  folder: string,
  kubeconfig: string,
  ports: { readonly http: number; readonly telemetry: number },
): OwnedProcess {
  const configFolder = join(folder, 'kube-state-metrics');
  mkdirSync(configFolder, { recursive: true });
  for (const [name, text] of Object.entries<string>(
    shipped('kube-state-metrics-config', 'ConfigMap')['data'],
  )) {
    writeFileSync(join(configFolder, name), text);
  }
  const [container] = shipped('kube-state-metrics', 'Deployment')['spec'].template.spec.containers as [
    { args: string[] },
  ];
  return OwnedProcess.start({
    name: 'kube-state-metrics',
    command: goTool('kube-state-metrics', 'kube-state-metrics'),
    args: [
      ...container.args.map((arg) => arg.replace('/etc/kube-state-metrics', configFolder)),
      `--kubeconfig=${kubeconfig}`,
      '--host=127.0.0.1',
      `--port=${ports.http}`,
      '--telemetry-host=127.0.0.1',
      `--telemetry-port=${ports.telemetry}`,
    ],
    logFile: join(folder, 'kube-state-metrics.log'),
  });
}

/** The demo app, which asks to be scraped. */
export function startDemoApp(folder: string, port: number): OwnedProcess {
  return OwnedProcess.start({
    name: 'demo-app',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', BIN, 'demo-app', `--port=${port}`],
    logFile: join(folder, 'demo-app.log'),
  });
}
