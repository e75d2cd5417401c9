/** Lists all pods of the server once with one client, and tells the parent what that took. Wants `--expose-gc`. */
import type { ClientFigures } from './watch-cache-suite.ts';

const [, , client, url = '', count] = process.argv;
const TICK_MS = 5;

let longestStallMs = 0;
let lastTickMs = performance.now();
const ticking = setInterval(() => {
  const nowMs = performance.now();
  longestStallMs = Math.max(longestStallMs, nowMs - lastTickMs - TICK_MS);
  lastTickMs = nowMs;
}, TICK_MS);

const list = client === 'ours' ? await ours() : await informer();
const cpuBefore = process.cpuUsage();
lastTickMs = performance.now();
longestStallMs = 0;
const startedAtMs = performance.now();
const kept = await list();
const listMs = performance.now() - startedAtMs;
// One more turn, so that a stall at the very end is seen as well.
await new Promise((resolve) => setTimeout(resolve, 2 * TICK_MS));
clearInterval(ticking);
const cpu = process.cpuUsage(cpuBefore);
globalThis.gc?.();
const figures: ClientFigures = {
  listMs,
  longestStallMs,
  cpuMs: (cpu.user + cpu.system) / 1000,
  heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
  peakRssMiB: process.resourceUsage().maxRSS / 1024,
};
if (kept() !== Number(count)) throw new Error(`${client} has ${kept()} pods, not ${count}`);
process.send?.(figures, () => process.exit(0));

/** The whole view, the first look at it included. */
async function ours(): Promise<() => Promise<() => number>> {
  const { SystemClock } = await import('../../src/adapters/system/system-clock.ts');
  const { anonymousCredentials } = await import('../../src/adapters/kubernetes/client/kube-credentials.ts');
  const { KubeTransport } = await import('../../src/adapters/kubernetes/client/kube-transport.ts');
  const { KubernetesView } = await import('../../src/adapters/kubernetes/read/kubernetes-view.ts');
  const { TokenBucket } = await import('../../src/time/token-bucket.ts');
  const clock = new SystemClock();
  // The informer has no rate limit either; ours would spread 200 pages over ten seconds.
  const bucket = new TokenBucket({ perSecond: 10_000, burst: 10_000 }, clock);
  const transport = new KubeTransport(anonymousCredentials(url), clock, bucket);
  const view = new KubernetesView({ transport, clock, random: Math.random });
  const { signal } = new AbortController();
  return async () => {
    void view.run(signal);
    await view.synced(signal);
    view.view();
    return () => view.view().pods.length;
  };
}

async function informer(): Promise<() => Promise<() => number>> {
  const { CoreV1Api, KubeConfig, makeInformer } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'bench', server: url, skipTLSVerify: true }, { name: 'nobody' });
  const api = config.makeApiClient(CoreV1Api);
  const pods = makeInformer(config, '/api/v1/pods', () => api.listPodForAllNamespaces());
  // Without a listener for its errors the informer ends in silence.
  pods.on('error', (fault) => console.error('informer:', fault));
  return async () => {
    await pods.start();
    return () => pods.list().length;
  };
}
