import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { defaultPolicy } from '../../src/policy/default-policy.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { policyDigest } from '../../src/policy/policy-digest.ts';
import type { PolicyFault } from '../../src/policy/policy-fault.ts';
import { caseCount } from '../test-depth.ts';
import { brokenPolicies } from './broken-policies.ts';
import { contradictoryPolicies } from './contradictory-policies.ts';

const faultsOf = (text: string): readonly PolicyFault[] => {
  const reading = parsePolicy(text);
  return reading.valid ? [] : reading.faults;
};

describe('parsePolicy', () => {
  it.each([...brokenPolicies, ...contradictoryPolicies])(
    'refuses $mistake, and says where, why and how to mend it',
    (policy) => {
      const faults = faultsOf(policy.text);
      const place = faults.map(({ line, path }) => ({ line, path }));
      // Nonsense of thousands of levels has thousands of faults; every other text has exactly one.
      expect(policy.text.length > 100_000 ? place.slice(0, 1) : place).toEqual([
        { line: policy.line, path: policy.path },
      ]);
      expect(faults[0]?.rule).toMatch(policy.rule);
      expect(faults[0]?.remedy).toMatch(policy.remedy);
    },
  );

  it('tells every fault at once, in the order of the lines, between fields as well as within', () => {
    const text = [
      'apiVersion: smartscale.dev/v9',
      'nodes: {min: 7, max: 6}',
      'spot:',
      '  percent: "70"',
      'cooldwn: {}',
      'utilization:',
      '  upWindowSeconds: 1',
      '  step: 0',
    ].join('\n');
    expect(faultsOf(text).map(({ line, path }) => `${line} ${path}`)).toEqual([
      '1 apiVersion',
      '2 nodes.max',
      '4 spot.percent',
      '5 cooldwn',
      '7 utilization.upWindowSeconds',
      '8 utilization.step',
    ]);
  });

  it('runs no rule between fields over a value that is wrong by itself', () => {
    expect(faultsOf('nodes:\n  min: "7"\n  max: 1\n').map((f) => f.path)).toEqual(['nodes.min']);
  });

  it('checks the sound fields of a schedule beside its faulty ones', () => {
    const text = 'schedules:\n  - {name: a, start: 61 * * * *, durationMinutes: 5, minNodes: 99}\n';
    expect(faultsOf(text).map((f) => f.path)).toEqual(['schedules.0.minNodes', 'schedules.0.start']);
  });

  it('reports both faults of a fleet whose text is two documents', () => {
    expect(faultsOf('nodes:\n  max: 0\n---\n{}\n').map((f) => f.line)).toEqual([2, 3]);
  });

  it('gives values that JSON can carry', () => {
    const faults = faultsOf('nodes: {min: .nan, max: -.inf}\nschedules: [{}]\n');
    expect(faults.map((f) => f.value)).toEqual(['-Infinity', 'NaN', null, null, null, null]);
    expect(JSON.parse(JSON.stringify(faults))).toEqual(faults);
  });

  it.each(['{}', 'apiVersion: smartscale.dev/v1\n', '---\n{}\n', '\ufeff{}', 'kind: ScalingPolicy\r\n'])(
    'takes %j as the default policy',
    (text) => {
      expect(parsePolicy(text)).toEqual({
        valid: true,
        policy: defaultPolicy(),
        digest: policyDigest(defaultPolicy()),
      });
    },
  );

  it('takes fleets of one, fixed fleets, and every optional key', () => {
    expect(parsePolicy('nodes: {min: 1, max: 1}').valid).toBe(true);
    expect(parsePolicy('nodes: {min: 3, max: 3}').valid).toBe(true);
    const reading = parsePolicy(
      'utilization: {network: {upMBps: 0.5}, disk: {upMBps: 9}, memory: {urgentPercent: 90}}',
    );
    expect(reading).toMatchObject({
      policy: { utilization: { network: { upMBps: 0.5 }, memory: { urgentPercent: 90 } } },
    });
  });

  it('reads its own defaults back from YAML and from JSON', () => {
    const expected = { valid: true, policy: defaultPolicy(), digest: policyDigest(defaultPolicy()) };
    expect(parsePolicy(stringify(defaultPolicy()))).toEqual(expected);
    expect(parsePolicy(JSON.stringify(defaultPolicy()))).toEqual(expected);
  });

  it('answers any text at all with a policy or with faults in the order of lines', () => {
    const yamlish = fc
      .array(
        fc.constantFrom(
          'nodes',
          'min',
          'max',
          ': ',
          ':',
          '\n',
          '\n  ',
          '- ',
          '{',
          '}',
          '[',
          ']',
          ',',
          '"',
          "'",
          '&a ',
          '*a',
          '? ',
          '!!map ',
          '| ',
          '> ',
          '#',
          '%YAML 1.1\n',
          '---\n',
          '...\n',
          '\t',
          '<<',
          '3',
          '-1',
          '.nan',
          '1e999',
          'null',
          '~',
          'yes',
          'schedules',
          'instances',
          'types',
          '__proto__',
          'constructor',
          '\u0000',
          '\u2028',
          '\ud800',
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const reading = parsePolicy(text);
        if (reading.valid) return;
        const lineCount = text.split('\n').length;
        expect(reading.faults.length).toBeGreaterThan(0);
        expect(reading.faults.map((f) => f.line)).toEqual(
          reading.faults.map((f) => f.line).toSorted((a, b) => a - b),
        );
        for (const fault of reading.faults) {
          expect(fault.line).toBeGreaterThanOrEqual(1);
          expect(fault.line).toBeLessThanOrEqual(lineCount);
          expect(fault.rule).not.toBe('');
          expect(fault.remedy).not.toBe('');
        }
      }),
      { numRuns: caseCount(2_000) },
    );
  });

  it('survives aliases that stand for a billion entries', () => {
    const bomb = ['a0: &a0 [x, x]'];
    for (let i = 1; i < 40; i += 1) bomb.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
    expect(faultsOf(bomb.join('\n')).some((f) => /aliases/.test(f.rule))).toBe(true);
  });

  it.each(['['.repeat(50_000), '- '.repeat(20_000), '? '.repeat(20_000), '{a: '.repeat(20_000)])(
    'survives nesting without end (%.6s…)',
    (text) => {
      expect(faultsOf(text).length).toBeGreaterThan(0);
    },
  );
});

describe('policyDigest', () => {
  it('is the same however a policy is written down', () => {
    const groups = Object.entries(defaultPolicy());
    fc.assert(
      fc.property(
        fc.shuffledSubarray(groups),
        fc.constantFrom(1, 2, 5, 8),
        fc.constantFrom('', '# a comment\n', '\n\n'),
        (written, indent, before) => {
          const inner = written.map(([key, value]) => [key, reversedKeys(value)]);
          const text = written.length === 0 ? '{}' : stringify(Object.fromEntries(inner), { indent });
          expect(parsePolicy(before + text)).toMatchObject({ digest: policyDigest(defaultPolicy()) });
        },
      ),
    );
  });

  it('differs as soon as a value or the order of a list does', () => {
    const digests = [
      '{}',
      'nodes: {max: 11}',
      'instances: {types: [t3a.small, t3.small]}',
      'suspend: true',
    ].map((text) => {
      const reading = parsePolicy(text);
      return reading.valid ? reading.digest : 'invalid';
    });
    expect(new Set(digests).size).toBe(4);
    for (const digest of digests) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

function reversedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversedKeys(inner)]),
  );
}
