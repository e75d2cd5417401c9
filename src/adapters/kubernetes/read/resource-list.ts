import type { Resources } from '../../../model/resources.ts';
import { cpuMillis, memoryMiB, wholeUnits } from './quantity.ts';

/** Amounts by resource name, as containers request and nodes offer them. */
export type RawResourceList = Readonly<Record<string, string | number>>;

/** What the list says; what it does not name is none. */
export function resourcesOf(list: RawResourceList | undefined): Resources {
  let cpu = 0;
  let memory = 0;
  let pods = 0;
  let extended: Record<string, number> | undefined;
  for (const [name, amount] of Object.entries(list ?? {})) {
    if (name === 'cpu') cpu = cpuMillis(amount);
    else if (name === 'memory') memory = memoryMiB(amount);
    else if (name === 'pods') pods = wholeUnits(amount);
    else {
      extended ??= {};
      extended[name] = name === 'ephemeral-storage' ? memoryMiB(amount) : wholeUnits(amount);
    }
  }
  const known = { cpuMillis: cpu, memoryMiB: memory, pods };
  return extended === undefined ? known : { ...known, extended };
}

/** The larger of both, resource by resource. */
export function maxResources(a: Resources, b: Resources): Resources {
  const larger = {
    cpuMillis: Math.max(a.cpuMillis, b.cpuMillis),
    memoryMiB: Math.max(a.memoryMiB, b.memoryMiB),
    pods: Math.max(a.pods, b.pods),
  };
  if (a.extended === undefined && b.extended === undefined) return larger;
  const extended: Record<string, number> = { ...a.extended };
  for (const [name, amount] of Object.entries(b.extended ?? {})) {
    extended[name] = Math.max(extended[name] ?? 0, amount);
  }
  return { ...larger, extended };
}
