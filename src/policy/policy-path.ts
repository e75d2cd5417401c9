/** A place in a policy: keys, and positions in lists counted from 0. */
export type PolicyPath = readonly (string | number)[];

/** `['schedules', 0, 'start']` as people read it: `schedules.0.start`. */
export function pathText(path: PolicyPath): string {
  return path.join('.');
}

/** Whether `inner` is `outer` itself or lies within it. */
export function isWithin(inner: PolicyPath, outer: PolicyPath): boolean {
  return outer.length <= inner.length && outer.every((step, i) => step === inner[i]);
}

/** What stands at a place in plain data; `undefined` when nothing does. Reads own keys alone. */
export function valueAt(root: unknown, path: PolicyPath): unknown {
  let here: unknown = root;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Readonly<Record<string | number, unknown>>)[step];
  }
  return here;
}
