import { isAlive } from '../../model/instance.ts';
import { RandomStream } from '../base/random-stream.ts';
import type { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import { type Workload, workloadUid } from '../cluster/workload.ts';
import { FAULT_KINDS, type FaultyWorld } from '../faults/fault-kinds.ts';
import { commitSettings } from '../faults/policy-commits.ts';
import type { FaultInjector } from '../world/fault-injector.ts';
import type { Story, StoryWorkload, Strike } from './story-schema.ts';
import { workloadOf } from './story-workloads.ts';

const MS_PER_MINUTE = 60_000;

/** Lets everything in the story happen at its time; to be called when its world begins. */
export function playStory(story: Story, seed: number, to: FaultyWorld, cluster: SimulatedCluster): void {
  const { clock } = to.world;
  for (const workload of story.workloads) playWorkload(workload, to.world, cluster);
  for (const [i, strike] of story.strikes.entries())
    clock.after(strike.at, () => inject(strike, to, new RandomStream(seed).stream(`story-${i}`)));
}

function playWorkload(story: StoryWorkload, world: FaultInjector, cluster: SimulatedCluster): void {
  const { clock } = world;
  const workload = workloadOf(story);
  if (story.kind === 'CronJob') {
    const { from: fromMs = 0, until: untilMs = Number.POSITIVE_INFINITY, everyMinutes = 1 } = story;
    playCronJob(workload, { fromMs, untilMs, everyMs: everyMinutes * MS_PER_MINUTE }, clock, cluster);
    return;
  }
  if (story.from !== undefined) clock.after(story.from, () => cluster.apply(workload));
  if (story.until !== undefined) clock.after(story.until, () => cluster.delete(workload));
  for (const atMs of story.rollouts) clock.after(atMs, () => rollOut(workloadUid(workload), world, cluster));
}

/** A new version of the Deployment comes. */
export function rollOut(uid: string, world: FaultInjector, cluster: SimulatedCluster): void {
  const now = cluster.workload(uid);
  if (now === undefined) return;
  world.log.add('rollout', { workload: `${now.namespace}/${now.name}` });
  cluster.apply({ ...now, revision: (now.revision ?? 0) + 1 });
}

/** When a CronJob runs, in milliseconds since the world began. */
export interface CronTimes {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly everyMs: number;
}

/** A Job each time; one that is not done yet forbids the next, and the pods of the last stay until then. */
export function playCronJob(
  template: Workload,
  { fromMs, untilMs, everyMs }: CronTimes,
  clock: FaultInjector['clock'],
  cluster: SimulatedCluster,
): void {
  let job: Workload | undefined;
  let runs = 0;
  const run = () => {
    if (clock.monotonicMs() >= untilMs) return;
    clock.after(everyMs, run);
    if (job !== undefined && !cluster.isDone(job)) return;
    if (job !== undefined) cluster.delete(job);
    runs += 1;
    job = { ...template, name: `${template.name}-${runs}` };
    cluster.apply(job);
  };
  clock.after(fromMs, run);
}

function inject(strike: Strike, to: FaultyWorld, random: RandomStream): void {
  const { world } = to;
  world.disturbances.begin('any');
  switch (strike.kind) {
    case 'no-capacity':
      return world.failCapacity(scopeOf(strike), strike.minutes);
    case 'never-joins':
      return world.failJoins(scopeOf(strike), strike.minutes);
    case 'interrupt-spot':
      return interruptSpot(strike, world, random);
    case 'lose-zone':
      return world.loseZone(strike.zone, strike.minutes);
    case 'burst':
      return world.burst(strike.pods);
    case 'load-factor':
      return world.setLoadFactor(strike.factor);
    case 'telemetry-away':
      return world.telemetryOutage(strike.minutes);
    case 'commit':
      return commitSettings(
        world,
        Object.entries(strike.set).map(([key, value]) => [key.split('.'), value] as const),
      );
    case 'fault':
      return FAULT_KINDS.find(({ name }) => name === strike.name)?.inject(to, random);
  }
}

type Scope = Parameters<FaultInjector['failCapacity']>[0];

function scopeOf({ type, zone, lifecycle }: Extract<Strike, { kind: 'no-capacity' | 'never-joins' }>): Scope {
  return {
    ...(type !== undefined && { type }),
    ...(zone !== undefined && { zone }),
    ...(lifecycle !== undefined && { lifecycle }),
  };
}

function interruptSpot(
  { percent, type, zone }: Extract<Strike, { kind: 'interrupt-spot' }>,
  { cloud }: FaultInjector,
  random: RandomStream,
): void {
  const spot = cloud
    .shown()
    .filter((one) => isAlive(one) && one.lifecycle === 'spot' && !cloud.isNoticed(one.id))
    .filter((one) => (type ?? one.type) === one.type && (zone ?? one.zone) === one.zone);
  const left = [...spot];
  for (let taken = 0; taken < (spot.length * percent) / 100; taken += 1) {
    const [victim] = left.splice(random.integer(left.length), 1);
    if (victim !== undefined) cloud.interrupt(victim.id);
  }
}
