import { RandomStream } from '../base/random-stream.ts';
import { FAULT_KINDS, type FaultKind, type FaultyWorld } from './fault-kinds.ts';

const MS_PER_HOUR = 3_600_000;

/** One fault at one time. It draws from a stream of its own, so leaving one out changes nothing about the others. */
export interface FaultInjection {
  readonly atMs: number;
  readonly kind: FaultKind;
  /** Which of its kind it is, counted from 0. */
  readonly index: number;
}

/** The name of a fault injection, unique within its seed and independent of the run's length. */
export function injectionName({ kind, index }: FaultInjection): string {
  return `${kind.name}-${index}`;
}

/** The fault injections of these kinds before `untilMs`, by time; they depend on the seed alone. */
export function planFaultInjections(
  seed: number,
  names: readonly string[],
  untilMs: number,
): readonly FaultInjection[] {
  const injections = FAULT_KINDS.filter(({ name }) => names.includes(name)).flatMap((kind) => {
    const random = new RandomStream(seed).stream(`strikes-${kind.name}`);
    const found: FaultInjection[] = [];
    const endMs = untilMs - (kind.repeatHours ?? 0) * MS_PER_HOUR;
    let atMs = random.exponential(kind.meanHours * MS_PER_HOUR);
    for (; atMs < endMs; atMs += random.exponential(kind.meanHours * MS_PER_HOUR)) {
      found.push({ atMs, kind, index: found.length });
    }
    return found;
  });
  return injections.sort((a, b) => a.atMs - b.atMs);
}

/** Injects each fault at its time. */
export function injectFaults(injections: readonly FaultInjection[], seed: number, to: FaultyWorld): void {
  for (const { atMs, kind, index } of injections) {
    to.world.clock.after(atMs - to.world.clock.monotonicMs(), () => {
      to.world.disturbances.begin('any');
      to.world.log.add('fault', { name: kind.name, index });
      kind.inject(to, new RandomStream(seed).stream(`strike-${kind.name}-${index}`));
    });
  }
}
