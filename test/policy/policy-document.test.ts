import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { crossFieldRules } from '../../src/policy/cross-field-rules.ts';
import { policyKeys, policyKeyTable } from '../../src/policy/policy-key-table.ts';

const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');

describe('docs/policy.md', () => {
  it('shows the table of keys as `smartscale schema --table` prints it', () => {
    expect(page).toContain(policyKeyTable());
  });

  it('lists every rule between fields', () => {
    expect(crossFieldRules.map((rule) => `- ${rule.says}`).filter((line) => !page.includes(line))).toEqual(
      [],
    );
  });

  it('gives every key a meaning and the requirement it answers to', () => {
    expect(policyKeys().filter((key) => key.meaning === '' || key.requirement === '')).toEqual([]);
  });

  it('finds groups, list entries and groups that are off by default', () => {
    const defaults = new Map(policyKeys().map((key) => [key.path, `${key.default} ${key.unit}`.trim()]));
    expect(defaults.get('nodes.max')).toBe('`10` nodes');
    expect(defaults.get('schedules[].start')).toBe('required');
    expect(defaults.get('utilization.network.upMBps')).toBe('off 10^6 B/s');
  });
});
