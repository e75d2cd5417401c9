import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import type { Plan } from '../../src/model/plan.ts';
import { planObjects } from '../../src/use-cases/plan-objects/plan-objects.ts';

/*
 * Situations from public bug reports of other autoscalers; each file says in its first lines which, and what is right. The first
 * document of a file says whether the load is low, and what its policy is beside the smallest that leaves everything open.
 */
const AT_MS = Date.parse('2026-03-01T12:00:00Z');
const LOW = { cpuPercent: 10, memoryPercent: 10 };
const POLICY = { nodes: { min: 1, minPerZone: 0 }, instances: { types: ['t3.small'] } };

interface CaseDocument {
  readonly low?: boolean;
  readonly policy?: object;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cases-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function planOf(name: string): Promise<Plan> {
  const objects = fileURLToPath(new URL(`objects/${name}.yaml`, import.meta.url));
  const [first] = parseAllDocuments(readFileSync(objects, 'utf8'));
  const { low = false, policy = {} } = (first?.toJS() ?? {}) as CaseDocument;
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, stringify({ ...POLICY, ...policy }));
  const { plan } = await planObjects({ objects, policy: file, atMs: AT_MS, ...(low && LOW) });
  return plan;
}

const launches = ({ actions }: Plan) => actions.filter((action) => action.kind === 'launch');
const removed = ({ actions }: Plan) =>
  actions.flatMap((action) => (action.kind === 'remove' ? [action.nodeName] : []));

test.each([
  'cni-startup-taint',
  'missing-claim',
  'pass-host-port-of-daemon',
  'preempting-pod',
  'undersized-forecast',
])('%s: nothing is bought', async (name) => {
  expect(launches(await planOf(name))).toEqual([]);
});

test.each(['ephemeral-storage', 'resize-in-progress', 'volume-attach-limit', 'template-label'])(
  '%s: one node is bought',
  async (name) => {
    expect(launches(await planOf(name))).toHaveLength(1);
  },
);

test('storage-class-topology: the node is bought where the class may make the volume', async () => {
  const [launch, ...others] = launches(await planOf('storage-class-topology'));
  expect(others).toEqual([]);
  expect(launch?.offerings.every((key) => key.includes('/ap-southeast-1b/'))).toBe(true);
});

test.each(['pass-completed-pod', 'pdb-always-allow', 'pdb-healthy-budget'])('%s: n-a goes', async (name) => {
  expect(removed(await planOf(name))).toEqual(['n-a']);
});

test('impossible-affinity-holds-shrink: a pod that fits nowhere keeps no idle worker', async () => {
  expect(removed(await planOf('impossible-affinity-holds-shrink'))).toHaveLength(1);
});

test('scale-down-disabled: n-a is kept', async () => {
  expect(removed(await planOf('scale-down-disabled'))).not.toContain('n-a');
});

// Debatable: peers keep it. A drain leaves pods of DaemonSets where they are, so that their annotation speaks of nothing that is done.
test('daemon-do-not-disrupt: n-a may go', async () => {
  expect(removed(await planOf('daemon-do-not-disrupt'))).toEqual(['n-a']);
});

test('tolerates-everything: a node whose pod would come back to it is not drained for low load', async () => {
  expect(removed(await planOf('tolerates-everything'))).not.toContain('n-a');
});
