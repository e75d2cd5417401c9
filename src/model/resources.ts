/**
 * Amounts of the resources that the scheduler counts: CPU in millicores, memory in MiB, pods as slots.
 * `extended` holds any other resource by its Kubernetes name (`nvidia.com/gpu`, `ephemeral-storage` in MiB); absent means none.
 */
export interface Resources {
  readonly cpuMillis: number;
  readonly memoryMiB: number;
  readonly pods: number;
  readonly extended?: Readonly<Record<string, number>>;
}

export const NO_RESOURCES: Resources = { cpuMillis: 0, memoryMiB: 0, pods: 0 };

/** The sum of two amounts. */
export function addResources(a: Resources, b: Resources): Resources {
  return combine(a, b, 1);
}

/** What is left of `a` after `b` is taken; may be negative where `b` is larger. */
export function subtractResources(a: Resources, b: Resources): Resources {
  return combine(a, b, -1);
}

/** Whether a request for `wanted` fits into `free`; a resource that `free` does not name is absent, not unlimited. */
export function fitsInto(wanted: Resources, free: Resources): boolean {
  if (wanted.cpuMillis > free.cpuMillis || wanted.memoryMiB > free.memoryMiB || wanted.pods > free.pods)
    return false;
  if (wanted.extended === undefined) return true;
  return Object.entries(wanted.extended).every(([name, amount]) => amount <= (free.extended?.[name] ?? 0));
}

function combine(a: Resources, b: Resources, sign: 1 | -1): Resources {
  const sum = {
    cpuMillis: a.cpuMillis + sign * b.cpuMillis,
    memoryMiB: a.memoryMiB + sign * b.memoryMiB,
    pods: a.pods + sign * b.pods,
  };
  if (a.extended === undefined && b.extended === undefined) return sum;
  const extended: Record<string, number> = { ...a.extended };
  for (const [name, amount] of Object.entries(b.extended ?? {})) {
    extended[name] = (extended[name] ?? 0) + sign * amount;
  }
  return { ...sum, extended };
}
