import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { defaultPolicy } from '../../src/policy/default-policy.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { policyDigest } from '../../src/policy/policy-digest.ts';
import { policyJsonSchema } from '../../src/policy/policy-json-schema.ts';

const FOLDER = new URL('../../examples/policies/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');
const examples = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

describe('the example policies', () => {
  it.each(examples)('%s is valid and names its schema for editors in the first line', (file) => {
    expect(parsePolicy(read(file))).toMatchObject({ valid: true });
    expect(read(file).split('\n')[0]).toBe('# yaml-language-server: $schema=policy.schema.json');
  });

  it('default.yaml means the defaults', () => {
    expect(parsePolicy(read('default.yaml'))).toMatchObject({ digest: policyDigest(defaultPolicy()) });
  });

  it('default.yaml writes every default out', () => {
    const missing = Object.entries(leaves(defaultPolicy())).filter(
      ([key]) => !new RegExp(`\\b${key}:`).test(read('default.yaml')),
    );
    expect(missing).toEqual([]);
  });

  it('classic.yaml states the rules of the original: its rhythm, windows, steps and cooldowns', () => {
    expect(parsePolicy(read('classic.yaml'))).toMatchObject({
      policy: {
        nodes: { min: 2, max: 10 },
        loop: { intervalSeconds: 120, eventDriven: false },
        pending: { minAgeSeconds: 180, sizing: 'step', obeysCooldown: true, maxNodesPerDecision: 2 },
        utilization: {
          cpu: { upPercent: 70, urgentPercent: 85, downPercent: 30 },
          memory: { upPercent: 75, downPercent: 50 },
          upWindowSeconds: 180,
          downWindowSeconds: 600,
          step: 1,
          urgentStep: 2,
          urgentPendingPods: 5,
        },
        cooldown: { afterGrowthSeconds: 300, shrinkAfterGrowthSeconds: 600, shrinkAfterShrinkSeconds: 600 },
        shrink: { maxNodesPerDecision: 1 },
      },
    });
  });

  it('policy.schema.json is what `smartscale schema` prints', () => {
    expect(JSON.parse(read('policy.schema.json'))).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())));
  });
});

function leaves(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.entries(leaves(inner))
        : [[key, inner]],
    ),
  );
}
