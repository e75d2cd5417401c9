import { Chance } from '../base/chance.ts';
import { FAULT_KINDS, type FaultKind, type FaultyWorld } from './fault-kinds.ts';

const MS_PER_HOUR = 3_600_000;

/** One fault at one time. It draws from a stream of its own, so leaving one out changes nothing about the others. */
export interface Strike {
  readonly atMs: number;
  readonly kind: FaultKind;
  /** Which of its kind it is, counted from 0. */
  readonly index: number;
}

/** The name of a strike, unique in its seed and the same for any length of the run. */
export function strikeName({ kind, index }: Strike): string {
  return `${kind.name}-${index}`;
}

/** The strikes of these kinds within `untilMs`, in the order of time: a matter of the seed alone. */
export function planStrikes(seed: number, names: readonly string[], untilMs: number): readonly Strike[] {
  const strikes = FAULT_KINDS.filter(({ name }) => names.includes(name)).flatMap((kind) => {
    const chance = new Chance(seed).stream(`strikes-${kind.name}`);
    const found: Strike[] = [];
    const endMs = untilMs - (kind.echoHours ?? 0) * MS_PER_HOUR;
    let atMs = chance.exponential(kind.meanHours * MS_PER_HOUR);
    for (; atMs < endMs; atMs += chance.exponential(kind.meanHours * MS_PER_HOUR)) {
      found.push({ atMs, kind, index: found.length });
    }
    return found;
  });
  return strikes.sort((a, b) => a.atMs - b.atMs);
}

/** Lets each strike happen at its time. */
export function letStrike(strikes: readonly Strike[], seed: number, to: FaultyWorld): void {
  for (const { atMs, kind, index } of strikes) {
    to.world.clock.after(atMs - to.world.clock.monotonicMs(), () => {
      to.world.log.add('fault', { name: kind.name, index });
      kind.strike(to, new Chance(seed).stream(`strike-${kind.name}-${index}`));
    });
  }
}
