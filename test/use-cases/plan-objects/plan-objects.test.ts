import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dumpPlanDocument } from '../../../src/commands/plan-words.ts';
import { planObjects } from '../../../src/use-cases/plan-objects/plan-objects.ts';

const AT_MS = Date.parse('2026-03-01T12:00:00Z');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'objects-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

const node = (name: string, zone: string, parts: object = {}) => ({
  kind: 'Node',
  metadata: {
    name,
    creationTimestamp: '2026-03-01T09:00:00Z',
    labels: {
      'topology.kubernetes.io/zone': `ap-southeast-1${zone}`,
      'node.kubernetes.io/instance-type': 't3.small',
      'smartscale.dev/lifecycle': 'on-demand',
    },
  },
  status: {
    allocatable: { cpu: '1900m', memory: '1400Mi', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-03-01T09:01:00Z' }],
  },
  ...parts,
});
const waiting = {
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1800m' } } }] },
  status: {
    phase: 'Pending',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        lastTransitionTime: '2026-03-01T11:00:00Z',
      },
    ],
  },
};
const list = (items: readonly object[]) => JSON.stringify({ kind: 'List', items });

async function planOf(items: readonly object[], parts: object = {}) {
  const objects = await written('dump.json', list(items));
  return planObjects({ objects, atMs: AT_MS, ...parts });
}

describe('planObjects', () => {
  it('takes Nodes with our label or a provider id for workers, and no others', async () => {
    const bare = { ...node('other', 'a'), metadata: { name: 'other' } };
    const cloud = { ...node('cloud', 'b'), spec: { providerID: 'aws:///ap-southeast-1b/i-1' } };
    const { plan, notes } = await planOf([node('ours', 'a'), cloud, bare]);
    expect(plan.currentNodes).toBe(2);
    expect(notes.join()).not.toContain('no Node is a worker');
    expect((await planOf([bare])).notes.join()).toContain('no Node is a worker');
  });

  it('buys for a pod that waits, and says so in flat JSON', async () => {
    const full = { ...waiting, metadata: { name: 'big', namespace: 'shop' } };
    const { plan } = await planOf([
      node('n-a', 'a'),
      node('n-b', 'b'),
      waiting,
      full,
      { ...full, metadata: { name: 'third', namespace: 'shop' } },
    ]);
    expect(dumpPlanDocument(plan)).toMatchObject({
      actions: [{ kind: 'launch', types: expect.arrayContaining(['t3.small']), pods: ['shop/web'] }],
      kept: [{ node: 'n-a' }, { node: 'n-b' }],
      refusals: [],
    });
  });

  it('takes what stands in the dump for what has lasted, and removes what low load does not need', async () => {
    const nodes = [node('n-a', 'a'), node('n-b', 'b'), node('n-c', 'a')];
    const low = { cpuPercent: 10, memoryPercent: 10 };
    const policy = await written('policy.yaml', 'spot: { onDemandBase: 0, percent: 0 }\n');
    const actions = (await planOf(nodes, { ...low, policy })).plan.actions;
    expect(actions.map(({ kind }) => kind)).toEqual(['remove']);
    expect((await planOf(nodes, { policy })).plan.actions).toEqual([]);
  });

  it('says what it did not look at', async () => {
    const objects = await written(
      'mixed.yaml',
      'kind: Case\nlow: true\n---\nkind: Service\nmetadata: { name: a }\n',
    );
    const { notes } = await planObjects({ objects, atMs: AT_MS });
    expect(notes[0]).toBe('left out: document 1, which is no Kubernetes object');
    expect(notes[1]).toBe('not looked at: 1 × Service');
  });

  it('reads lists whose items do not name their kind', async () => {
    const items = [{ ...node('n-a', 'a'), kind: undefined }];
    const objects = await written('nodes.json', JSON.stringify({ kind: 'NodeList', items }));
    expect((await planObjects({ objects, atMs: AT_MS })).plan.currentNodes).toBe(1);
  });

  it.each([
    ['nothing in it', '{}', 'has no object'],
    ['a list without items', '{"kind": "List"}', 'items of the document is no list'],
    ['an object without a kind', '{"metadata": {"name": "x"}}', 'the document.kind is missing'],
    [
      'a pod without containers',
      '{"kind": "Pod", "metadata": {"name": "x"}, "spec": {}}',
      '.spec.containers is missing',
    ],
    [
      'a broken object',
      '{"kind": "DaemonSet", "metadata": {"name": "x"}}',
      'the DaemonSet x is not as the API server writes it',
    ],
  ])('refuses a file with %s', async (_, text, message) => {
    const objects = await written('bad.json', text);
    await expect(planObjects({ objects, atMs: AT_MS })).rejects.toThrow(message);
  });

  it('refuses a policy that is not valid, and a file that is not there', async () => {
    const policy = await written('bad.yaml', 'nodes: { min: 9, max: 1 }\n');
    await expect(planOf([node('n-a', 'a')], { policy })).rejects.toThrow('is no valid policy');
    await expect(planObjects({ objects: join(folder, 'none'), atMs: AT_MS })).rejects.toThrow('none');
  });
});
