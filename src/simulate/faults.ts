import { isAlive } from '../model/instance.ts';
import type { Chance } from './chance.ts';
import { parseOfferingKey } from './cloud/capacity-windows.ts';
import type { SimulatedWorld } from './simulated-world.ts';

const MS_PER_HOUR = 3_600_000;

/** Something that goes wrong again and again while a world runs. */
interface Fault {
  readonly name: string;
  readonly about: string;
  /** Mean time between two of its kind. */
  readonly meanHours: number;
  readonly strike: (world: SimulatedWorld, chance: Chance) => void;
}

/** The faults that `--faults` may name. */
const FAULTS: readonly Fault[] = [
  {
    name: 'capacity',
    about: 'EC2 has no machines of a type, in a zone, or of a lifecycle for 5 to 60 minutes',
    meanHours: 3,
    strike: closeCapacity,
  },
  {
    name: 'interruption',
    about: 'EC2 takes spot instances back, with two minutes of notice',
    meanHours: 2,
    strike: interrupt,
  },
  {
    name: 'telemetry',
    about: 'Prometheus is away for 1 to 20 minutes',
    meanHours: 4,
    strike: (world, chance) => world.telemetryOutage(Math.round(chance.between(1, 20))),
  },
];

/** The names of all faults. */
export const FAULT_NAMES: readonly string[] = FAULTS.map((fault) => fault.name);

/** Lets these faults happen from now until the world's time `untilMs`, at times that depend on the seed alone. */
export function letFaultsHappen(world: SimulatedWorld, names: readonly string[], untilMs: number): void {
  for (const fault of FAULTS) {
    if (names.includes(fault.name)) repeat(world, fault, world.chance.stream(`fault-${fault.name}`), untilMs);
  }
}

function repeat(world: SimulatedWorld, fault: Fault, chance: Chance, untilMs: number): void {
  const waitMs = chance.exponential(fault.meanHours * MS_PER_HOUR);
  if (world.clock.monotonicMs() + waitMs >= untilMs) return;
  world.clock.after(waitMs, () => {
    fault.strike(world, chance);
    repeat(world, fault, chance, untilMs);
  });
}

function closeCapacity(world: SimulatedWorld, chance: Chance): void {
  const offered = world.cloud.market.known();
  const key = chance.pick(offered);
  if (key === undefined) return;
  const { type, zone, lifecycle } = parseOfferingKey(key);
  const scopes = [{ type, zone, lifecycle }, { zone, lifecycle }, { lifecycle: 'spot' as const }, { zone }];
  const scope = chance.pick(scopes);
  if (scope !== undefined) world.failCapacity(scope, Math.round(chance.between(5, 60)));
}

/** One instance, or now and then several at once, as when a pool is reclaimed. */
function interrupt(world: SimulatedWorld, chance: Chance): void {
  const count = chance.next() < 0.25 ? 3 : 1;
  for (let i = 0; i < count; i += 1) {
    const spot = world.cloud
      .shown()
      .filter((instance) => isAlive(instance) && instance.lifecycle === 'spot')
      .filter((instance) => !world.cloud.isNoticed(instance.id));
    const victim = chance.pick(spot);
    if (victim !== undefined) world.interruptSpot(victim.id);
  }
}
