import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchResult } from './bench-result.ts';
import { startLiveWorld } from './live-world.ts';
import { residentMiBOf, says } from './watched-process.ts';

const NODES = [10, 100, 1000];
/** The process is looked at for this long after it has begun to lead: some rounds, and the first look for cheaper nodes. */
const WATCHED_SECONDS = 30;
/** As the images start it (`npm run build` first), with the options of the chart. */
const ENTRY = 'dist/cli.js';
const NODE_OPTIONS = '--max-semi-space-size=4';

/** The autoscaler's resident memory on clusters in which nothing happens, and the time until it leads. */
export async function memorySuite(isWanted: (name: string) => boolean): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  const wanted = NODES.filter((nodes) => isWanted(`memory/run-${nodes}`));
  if (wanted.length > 0 && !existsSync(ENTRY)) throw new Error('run `npm run build` first');
  for (const nodes of wanted) {
    results.push(...(await measure(`memory/run-${nodes}`, nodes)));
  }
  return results;
}

async function measure(name: string, nodes: number): Promise<readonly BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'smartscale-memory-'));
  const world = await startLiveWorld(nodes);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, world.kubeconfig);
  const args = [ENTRY, 'run', '--port', '0', '--kubeconfig', kubeconfig];
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...args, '--policy', 'examples/policies/default.yaml'], {
    env: { PATH: process.env['PATH'], NODE_OPTIONS, ...world.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await says(child, '"leading"');
    const readySeconds = (performance.now() - startedMs) / 1000;
    const residentMiB: number[] = [];
    for (let second = 0; second < WATCHED_SECONDS; second += 1) {
      await sleep(1000);
      residentMiB.push(residentMiBOf(child));
    }
    const middle = [...residentMiB].sort((a, b) => a - b)[WATCHED_SECONDS >> 1] ?? 0;
    return [
      { name, value: Math.round(middle), unit: 'MiB' },
      {
        name: `${name}/peak`,
        value: Math.round(Math.max(...residentMiB)),
        unit: 'MiB',
      },
      {
        name: `${name}/ready`,
        value: Number(readySeconds.toFixed(2)),
        unit: 's',
      },
    ];
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
