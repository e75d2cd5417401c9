import { firstMessageOf, startProcess } from './bench-process.ts';
import type { BenchResult } from './bench-result.ts';

const COUNTS = [20_000, 100_000];
const PEER = 'client-node informer';

/** What one client took to list all pods. */
export interface ClientFigures {
  readonly listMs: number;
  readonly longestStallMs: number;
  readonly cpuMs: number;
  readonly heapMiB: number;
  readonly peakRssMiB: number;
}

const FIGURES = [
  { name: 'list', unit: 's', of: (figures: ClientFigures) => figures.listMs / 1000 },
  { name: 'stall', unit: 's', of: (figures: ClientFigures) => figures.longestStallMs / 1000 },
  { name: 'cpu', unit: 's', of: (figures: ClientFigures) => figures.cpuMs / 1000 },
  { name: 'heap', unit: 'MiB', of: (figures: ClientFigures) => figures.heapMiB },
  { name: 'peak-rss', unit: 'MiB', of: (figures: ClientFigures) => figures.peakRssMiB },
] as const;

/** The watch cache beside the informer of the official client, each in a process of its own, on the same pods. */
export async function watchCacheSuite(isWanted: (name: string) => boolean): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  for (const count of COUNTS) {
    const names = FIGURES.map(({ name }) => `watch-cache/${name}/${count}`);
    if (!names.some(isWanted)) continue;
    const { ours, theirs } = await measure(count);
    for (const { name, unit, of } of FIGURES) {
      const value = round(of(ours));
      const ratio = round(of(ours) / of(theirs));
      results.push({ name: `watch-cache/${name}/${count}`, value, unit, ratioTo: PEER, ratio });
      results.push({ name: `watch-cache-informer/${name}/${count}`, value: round(of(theirs)), unit });
    }
  }
  return results;
}

async function measure(count: number): Promise<{ ours: ClientFigures; theirs: ClientFigures }> {
  const server = startProcess('watch-cache-server.ts', [String(count)]);
  try {
    const { url } = await firstMessageOf<{ url: string }>(server);
    const run = (client: string) =>
      firstMessageOf<ClientFigures>(startProcess('watch-cache-client.ts', [client, url, String(count)]));
    return { ours: await run('ours'), theirs: await run('informer') };
  } finally {
    server.disconnect();
  }
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
