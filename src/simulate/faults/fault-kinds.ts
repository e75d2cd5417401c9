import { isAlive } from '../../model/instance.ts';
import { parseOfferingKey } from '../../model/offering.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { ActiveFault } from '../faulty/active-faults.ts';
import type { Replicas } from '../process/replicas.ts';
import type { FaultInjector } from '../world/fault-injector.ts';
import { changePolicy } from './policy-commits.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** What a fault can do harm to. */
export interface FaultyWorld {
  readonly world: FaultInjector;
  readonly replicas: Replicas;
}

/** Something that goes wrong again and again while a world runs. */
export interface FaultKind {
  readonly name: string;
  readonly about: string;
  /** Mean time between two of its kind. */
  readonly meanHours: number;
  /**
   * Maximum duration of its effects after the injection; none is injected this shortly before the final steady-state check.
   * @default 0
   */
  readonly repeatHours?: number;
  readonly inject: (to: FaultyWorld, random: RandomStream) => void;
}

/** The faults that `--faults` may name. */
export const FAULT_KINDS: readonly FaultKind[] = [
  {
    name: 'capacity',
    about: 'EC2 has no machines of a type, in a zone, or of a lifecycle for 5 to 60 minutes',
    meanHours: 3,
    inject: closeCapacity,
  },
  {
    name: 'interruption',
    about:
      'EC2 interrupts up to five spot instances at once with two minutes of notice; some after a rebalance recommendation, some without a warning',
    meanHours: 2,
    inject: interrupt,
  },
  {
    name: 'queue',
    about:
      'interruptions are announced late, twice or not at all, amid foreign and unreadable messages, or the queue is away',
    meanHours: 2,
    inject: disturbQueue,
  },
  {
    name: 'telemetry',
    about: 'Prometheus is away for 1 to 20 minutes',
    meanHours: 4,
    inject: ({ world }, random) => world.telemetryOutage(Math.round(random.between(1, 20))),
  },
  {
    name: 'crash',
    about: 'the leader dies before or after one of its next calls, and comes back',
    meanHours: 2,
    inject: ({ replicas }, random) =>
      replicas.crashAtCall(1 + random.integer(25), random.next() < 0.5 ? 'before' : 'after'),
  },
  {
    name: 'pause',
    about: 'the leader does not run for 5 to 90 seconds and then continues',
    meanHours: 3,
    inject: ({ replicas }, random) => replicas.pause(Math.round(random.between(5, 90) * SECOND_MS)),
  },
  {
    name: 'rollout',
    about: 'the leader is asked to end and gives its lease back',
    meanHours: 6,
    inject: ({ replicas }) => replicas.rollOver(),
  },
  {
    name: 'api',
    about: 'the API server is away for up to 5 minutes, or refuses and loses calls for up to 10',
    meanHours: 3,
    inject: disturbApi,
  },
  {
    name: 'watch',
    about: 'the view of the cluster is stale for up to a minute',
    meanHours: 3,
    inject: ({ world }, random) => world.activateFault('watch-stale', random.between(10, 60) * SECOND_MS),
  },
  {
    name: 'ec2',
    about: 'EC2 throttles, answers late, loses answers, lists late or lists nothing',
    meanHours: 1.5,
    inject: disturbEc2,
  },
  {
    name: 'boot',
    about:
      'for up to 40 minutes most machines never join, join late, never become ready, or die while they boot',
    meanHours: 5,
    inject: ({ world }, random) => world.activateFault('boots-fail', random.between(5, 40) * MINUTE_MS),
  },
  {
    name: 'zone-never-joins',
    about: 'for 20 to 120 minutes machines of one zone, or of one type, never join',
    meanHours: 12,
    // The zone rests for up to an hour after the last that did not join.
    repeatHours: 3,
    inject: failJoins,
  },
  {
    name: 'clock',
    about: 'the clocks of the processes jump, up to an hour to and fro',
    meanHours: 8,
    // A clock that goes from an hour ahead to an hour behind puts every end in the ledger two hours into the future, and an end in the
    // future counts as now: cooldowns hold until it is past.
    repeatHours: 2,
    inject: ({ world }, random) => {
      const skews = [0, random.between(-60, 60) * MINUTE_MS, random.between(-90, 90) * SECOND_MS];
      world.skewClocks(Math.round(random.pick(skews) ?? 0));
    },
  },
  {
    name: 'budget',
    about: 'disruption budgets forbid every eviction for 2 to 40 minutes, though their status allows some',
    meanHours: 3,
    inject: ({ world }, random) => world.activateFault('budgets-strict', random.between(2, 40) * MINUTE_MS),
  },
  {
    name: 'kubelet',
    about: 'a node becomes NotReady while its instance goes on costing money',
    meanHours: 6,
    inject: ({ world }, random) => {
      const node = random.pick(world.readyWorkers());
      if (node !== undefined) world.killNode(node.name);
    },
  },
  {
    name: 'people',
    about: 'a worker is terminated, added, cordoned, uncordoned or deleted manually',
    meanHours: 4,
    inject: changeManually,
  },
  {
    name: 'hand-started',
    about:
      'somebody starts up to three machines with the cluster’s tag for up to 90 minutes, or for good: they join, never join, never become ready, or fall silent',
    meanHours: 6,
    inject: startByHand,
  },
  {
    name: 'policy',
    about: 'commits to the policy: bounds, thresholds, suspension, broken ones, and their reverts',
    meanHours: 3,
    inject: ({ world }, random) => changePolicy(world, random),
  },
  {
    name: 'zone',
    about: 'all instances of a zone fail, and it has no capacity for 10 to 40 minutes',
    meanHours: 24,
    inject: loseZone,
  },
  {
    name: 'load',
    about: 'a burst of pods comes, or the load doubles or halves for a while',
    meanHours: 3,
    inject: ({ world }, random) => {
      if (random.next() < 0.5) world.burst(5 + random.integer(30));
      else world.setLoadFactor(random.between(0.3, 2));
    },
  },
];

function closeCapacity({ world }: FaultyWorld, random: RandomStream): void {
  const offered = world.cloud.market.known();
  const key = random.pick(offered);
  if (key === undefined) return;
  const { type, zone, lifecycle } = parseOfferingKey(key);
  const scopes = [{ type, zone, lifecycle }, { zone, lifecycle }, { lifecycle: 'spot' as const }, { zone }];
  const scope = random.pick(scopes);
  if (scope !== undefined) world.failCapacity(scope, Math.round(random.between(5, 60)));
}

function failJoins({ world }: FaultyWorld, random: RandomStream): void {
  const key = random.pick(world.cloud.market.known());
  if (key === undefined) return;
  const { type, zone } = parseOfferingKey(key);
  world.failJoins(random.next() < 0.7 ? { zone } : { type }, Math.round(random.between(20, 120)));
}

/** One instance, or now and then several at once, as when a pool is reclaimed. */
function interrupt({ world }: FaultyWorld, random: RandomStream): void {
  const count = random.next() < 0.25 ? 2 + random.integer(4) : 1;
  for (let i = 0; i < count; i += 1) {
    const spot = world.cloud
      .shown()
      .filter((instance) => isAlive(instance) && instance.lifecycle === 'spot')
      .filter((instance) => !world.cloud.isNoticed(instance.id));
    const victim = random.pick(spot);
    if (victim !== undefined) announce(victim.id, world, random);
  }
}

/** Most get their warning alone; now and then a hint comes first, or alone, or nothing does. */
function announce(instanceId: string, world: FaultInjector, random: RandomStream): void {
  const hint = random.next() < 0.3;
  const isWarned = random.next() < 0.9;
  if (!hint) {
    world.cloud.interrupt(instanceId, isWarned);
    return;
  }
  world.cloud.recommendRebalance(instanceId);
  if (random.next() < 0.7)
    world.clock.after(random.between(0, 20) * MINUTE_MS, () => world.cloud.interrupt(instanceId, isWarned));
}

function disturbQueue({ world }: FaultyWorld, random: RandomStream): void {
  const atMs = world.clock.now();
  world.queue.send([{ kind: 'spot-warning', instanceId: 'i-0foreign', atMs, effectiveAtMs: atMs + 120_000 }]);
  world.queue.send([{ kind: 'state-change', instanceId: 'i-0foreign', atMs, state: 'stopped' }]);
  world.queue.send([], 'it is not JSON');
  world.queue.send([]);
  const activeFault = random.next() < 0.5 ? 'queue-away' : 'queue-odd';
  world.activateFault(activeFault, random.between(1, activeFault === 'queue-away' ? 15 : 120) * MINUTE_MS);
}

function disturbApi({ world, replicas }: FaultyWorld, random: RandomStream): void {
  if (random.next() < 0.5) {
    world.activateFault('api-flaky', random.between(0.5, 10) * MINUTE_MS);
    return;
  }
  replicas.setApiAway(true);
  const ms = random.between(3, random.next() < 0.5 ? 12 : 300) * SECOND_MS;
  world.activateFault('api-away', ms, () => replicas.setApiAway(false));
}

function disturbEc2({ world }: FaultyWorld, random: RandomStream): void {
  const kinds: readonly ActiveFault[] = [
    'ec2-throttled',
    'ec2-lossy',
    'ec2-slow',
    'ec2-lagging',
    'ec2-empty',
  ];
  const activeFault = random.pick(kinds) ?? 'ec2-lossy';
  const maxMinutes = activeFault === 'ec2-empty' ? 3 : 10;
  world.activateFault(activeFault, random.between(0.2, maxMinutes) * MINUTE_MS);
}

function changeManually({ world }: FaultyWorld, random: RandomStream): void {
  const node = random.pick(world.readyWorkers());
  if (node?.instanceId === undefined) return;
  switch (random.integer(4)) {
    case 0:
      return world.terminateByHand(node.instanceId);
    case 1:
      world.addByHand(random.pick(world.cloud.market.known()) ?? 't3.small/ap-southeast-1a/on-demand');
      return;
    case 2:
      return world.cordonByHand(node.name, random.between(5, 60) * MINUTE_MS);
    default:
      return world.deleteNodeByHand(node.name);
  }
}

/** Most are ended again by whoever started them; some are forgotten. */
function startByHand({ world }: FaultyWorld, random: RandomStream): void {
  const count = 1 + random.integer(3);
  for (let i = 0; i < count; i += 1) {
    const key = random.pick(world.cloud.market.known());
    const fate = random.pick([undefined, 'never-joins', 'never-ready', 'late'] as const);
    const silentAfterMs = random.between(2, 60) * MINUTE_MS;
    const isForgotten = random.next() < 0.2;
    const endsAfterMs = random.between(10, 90) * MINUTE_MS;
    const id = key === undefined ? undefined : world.addByHand(key, fate);
    if (id === undefined) continue;
    if (fate === undefined && random.next() < 0.5) world.clock.after(silentAfterMs, () => world.killNode(id));
    if (!isForgotten) world.clock.after(endsAfterMs, () => world.terminateByHand(id));
  }
}

function loseZone({ world }: FaultyWorld, random: RandomStream): void {
  const zone = random.pick([...new Set(world.readyWorkers().map((node) => node.zone))]);
  if (zone !== undefined) world.loseZone(zone, Math.round(random.between(10, 40)));
}
