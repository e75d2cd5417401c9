import { RandomStream } from '../base/random-stream.ts';
import type { WorldDetails } from '../base/world-details.ts';
import { playCronJob, rollOut } from '../story-file/play-story.ts';
import { WEB_UID } from '../world/sample-workloads.ts';
import type { SimulatedWorld } from '../world/simulated-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** In one world of two. */
const SHARE_WITH_BATCH = 0.5;

/** Lets CronJobs run and new versions be rolled out in a world of the sample shop, until `untilMs`; by the seed, and not in all worlds. */
export function changeSample(
  world: SimulatedWorld,
  details: WorldDetails,
  { seed, untilMs }: { readonly seed: number; readonly untilMs: number },
): void {
  if (details.has('batch')) runBatch(world, new RandomStream(seed).stream('batch'), untilMs);
  if (details.has('rollouts')) rollOutWeb(world, new RandomStream(seed).stream('web-rollouts'), untilMs);
}

function runBatch(world: SimulatedWorld, random: RandomStream, untilMs: number): void {
  if (random.next() >= SHARE_WITH_BATCH) return;
  const job = {
    namespace: 'shop',
    name: 'batch',
    kind: 'Job' as const,
    replicas: 2 + random.integer(8),
    template: {
      labels: { app: 'batch' },
      requests: { cpuMillis: 100 * (1 + random.integer(5)), memoryMiB: 96, pods: 1 },
      runSeconds: Math.round(random.between(30, 360)),
    },
  };
  const everyMs = random.pick([5, 10, 15, 30, 60].map((minutes) => minutes * MINUTE_MS)) ?? HOUR_MS;
  playCronJob(job, { fromMs: random.between(0, HOUR_MS), untilMs, everyMs }, world.clock, world.cluster);
}

function rollOutWeb(world: SimulatedWorld, random: RandomStream, untilMs: number): void {
  const next = (atMs: number) => {
    if (atMs >= untilMs) return;
    world.clock.after(atMs - world.clock.monotonicMs(), () => {
      rollOut(WEB_UID, world.faults, world.cluster);
      next(atMs + random.between(2, 10) * HOUR_MS);
    });
  };
  next(random.between(1, 8) * HOUR_MS);
}
