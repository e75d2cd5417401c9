import type { Policy } from './policy-schema.ts';

/** A key that two policies set differently, their defaults filled in. */
export interface PolicyChange {
  /** Keys joined by dots, list positions counted from 0, as in faults: `schedules.0.start`. */
  readonly path: string;
  /** `null` where the policy has no such key. */
  readonly from: unknown;
  readonly to: unknown;
}

/** Every key that differs, in the order of the schema. Equal digests give none, and different digests at least one. */
export function policyChanges(before: Policy, after: Policy): readonly PolicyChange[] {
  return changesBelow('', before, after);
}

function changesBelow(path: string, from: unknown, to: unknown): readonly PolicyChange[] {
  const inner = [...new Set([...keysOf(from), ...keysOf(to)])];
  if (inner.length > 0 && isGroupOrAbsent(from) && isGroupOrAbsent(to)) {
    return inner.flatMap((key) =>
      changesBelow(path === '' ? key : `${path}.${key}`, innerOf(from, key), innerOf(to, key)),
    );
  }
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  return [{ path, from: from ?? null, to: to ?? null }];
}

/** Keys of a group, positions of a list of groups; a list of plain values is one value. */
function keysOf(value: unknown): readonly string[] {
  return isGroup(value) ? Object.keys(value) : [];
}

function innerOf(value: unknown, key: string): unknown {
  return isGroup(value) ? value[key] : undefined;
}

function isGroupOrAbsent(value: unknown): boolean {
  return value === undefined || isGroup(value) || (Array.isArray(value) && value.length === 0);
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  if (Array.isArray(value)) return value.length > 0 && value.every((entry) => typeof entry === 'object');
  return typeof value === 'object' && value !== null;
}
