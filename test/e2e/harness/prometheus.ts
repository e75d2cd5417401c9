import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OwnedProcess } from './child-process.ts';
import { freePort } from './free-port.ts';
import { eventually } from './poll.ts';
import { goTool } from './tool-cache.ts';

export interface Prometheus {
  readonly url: string;
  /** The samples of an instant query. */
  readonly query: (expression: string) => Promise<readonly PrometheusSample[]>;
  readonly stop: () => Promise<void>;
}

export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus that scrapes one target each second. */
export async function startPrometheus(folder: string, target: string): Promise<Prometheus> {
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, configuration(target));
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'prometheus')}`];
  return runPrometheus(folder, args, await freePort());
}

/** Prometheus with these arguments, once it is ready. */
export async function runPrometheus(
  folder: string,
  args: readonly string[],
  port: number,
): Promise<Prometheus> {
  const url = `http://127.0.0.1:${port}`;
  const process = OwnedProcess.start({
    name: 'prometheus',
    command: goTool('prometheus', 'prometheus'),
    args: [...args, `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'],
    logFile: join(folder, 'prometheus.log'),
  });
  try {
    await eventually(
      'Prometheus to be ready',
      async () => {
        process.assertRunning();
        return (await fetch(`${url}/-/ready`)).ok;
      },
      { everyMs: 100 },
    );
  } catch (error) {
    await process.kill();
    throw error;
  }
  return { url, query: (expression) => query(url, expression), stop: () => process.kill() };
}

async function query(url: string, expression: string): Promise<readonly PrometheusSample[]> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const body = (await answer.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return body.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}

/** JSON is YAML. The exporters label their samples themselves. */
function configuration(target: string): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '900ms' },
    scrape_configs: [
      { job_name: 'node-exporter', honor_labels: true, static_configs: [{ targets: [target] }] },
    ],
  });
}
