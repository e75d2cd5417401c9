import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { BenchResult } from './bench-result.ts';

/** Each command is started so often; the middle figure counts. The first start fills the cache of compiled sources. */
const STARTS = 7;
const POLICY = 'examples/policies/default.yaml';
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  help: ['--help'],
  check: ['check', POLICY],
  schema: ['schema'],
  simulate: ['simulate', '--seeds', '1..1', '--hours', '1', '--workers', '1'],
};

interface Usage {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** What it takes to start a short command as `node_modules/.bin/smartscale` does, once its sources are compiled. */
export async function startSuite(isWanted: (name: string) => boolean): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  for (const [name, args] of Object.entries(COMMANDS)) {
    if (!isWanted(`start/${name}`)) continue;
    await usageOf(args);
    const usages: Usage[] = [];
    for (let start = 0; start < STARTS; start += 1) usages.push(await usageOf(args));
    const middle = (of: (usage: Usage) => number) => usages.map(of).sort((a, b) => a - b)[STARTS >> 1] ?? 0;
    results.push(
      {
        name: `start/${name}`,
        value: middle((usage) => usage.wallSeconds),
        unit: 's',
      },
      {
        name: `start/${name}/cpu`,
        value: middle((usage) => usage.cpuSeconds),
        unit: 's',
      },
      {
        name: `start/${name}/memory`,
        value: Math.round(middle((usage) => usage.peakMiB)),
        unit: 'MiB',
      },
    );
  }
  return results;
}

/** @throws Error when the command fails */
async function usageOf(args: readonly string[]): Promise<Usage> {
  const flags = ['--disable-warning=ExperimentalWarning', '--import', './test/bench/tell-usage.mjs'];
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...flags, '.config/bin/smartscale.js', ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const told = text(child.stdio[3] as Readable);
  const [code] = (await once(child, 'exit')) as [number];
  const wallSeconds = Number(((performance.now() - startedMs) / 1000).toFixed(3));
  if (code !== 0) throw new Error(`smartscale ${args.join(' ')} ended with code ${code}`);
  const usage = JSON.parse(await told) as Omit<Usage, 'wallSeconds'>;
  return {
    ...usage,
    wallSeconds,
    cpuSeconds: Number(usage.cpuSeconds.toFixed(3)),
  };
}
