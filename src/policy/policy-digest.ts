import { createHash } from 'node:crypto';
import type { Policy } from './policy-schema.ts';

/**
 * `sha256:` and 64 hex digits over the meaning of a policy with its defaults filled in. Order of keys, comments, white space
 * and defaults written out make no difference; the order of a list does, since among equals the first type or zone is taken.
 */
export function policyDigest(policy: Policy): string {
  return `sha256:${createHash('sha256').update(canonicalJson(policy)).digest('hex')}`;
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value);
}
