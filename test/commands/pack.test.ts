import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { packFiles } from '../../src/commands/pack.ts';
import { readOfferings } from '../../src/commands/pack/read-offerings.ts';
import { readPods } from '../../src/commands/pack/read-pods.ts';

const BIN = fileURLToPath(new URL('../../src/bin.js', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'smartscale-pack-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let written = 0;
function fileWith(content: unknown): string {
  written += 1;
  const file = join(folder, `file-${written}`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const allocatable = { cpuMillis: 1900, memoryMiB: 3000, pods: 10 };
const small = { type: 's', zone: 'z-a', lifecycle: 'spot', arch: 'amd64', priceUsdPerHour: 0.1, allocatable };
const offerings = [
  small,
  { ...small, zone: 'z-b' },
  { ...small, type: 'l', priceUsdPerHour: 0.15, allocatable: { cpuMillis: 3900, memoryMiB: 7000, pods: 20 } },
];
const web = (name: string, more: object = {}) => ({ name, cpuMilli: 500, memMi: 100, ...more });
const manifest = (name: string, more: { metadata?: object; spec?: object; status?: object } = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  ...more,
  metadata: { name, ...more.metadata },
  spec: {
    containers: [{ name: 'main', resources: { requests: { cpu: '500m', memory: '100Mi' } } }],
    ...more.spec,
  },
});

async function pack(pods: unknown, from: unknown = offerings) {
  const { output, notes } = await packFiles({ pods: fileWith(pods), offerings: fileWith(from), json: true });
  return { ...(JSON.parse(output) as Answer), notes };
}

interface Answer {
  readonly nodes: readonly { readonly id: string; readonly type: string; readonly zone: string }[];
  readonly bindings: readonly { readonly pod: string; readonly node: string }[];
  readonly unplaced: readonly { readonly pod: string; readonly reason: string }[];
  readonly costUsdPerHour: number;
  readonly solveMs: number;
}

describe('smartscale pack', () => {
  it('answers with nodes, bindings, what is unplaced, the cost and the time, and succeeds', () => {
    const args = ['pack', '--pods', '-', '--offerings', fileWith(offerings), '--json'];
    const input = JSON.stringify([web('b'), web('a'), web('huge', { cpuMilli: 9000 })]);
    const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', BIN, ...args], {
      encoding: 'utf8',
      input,
    });
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    expect(run.stdout.endsWith('}\n')).toBe(true);
    expect(JSON.parse(run.stdout)).toEqual({
      nodes: [{ id: 'n1', type: 's', zone: 'z-a', lifecycle: 'spot', priceUsdPerHour: 0.1 }],
      bindings: [
        { pod: 'a', node: 'n1' },
        { pod: 'b', node: 'n1' },
      ],
      unplaced: [{ pod: 'huge', reason: expect.stringMatching(/nearest, l\/z-a\/spot, lacks 5100m CPU/) }],
      costUsdPerHour: 0.1,
      solveMs: expect.any(Number),
    });
  });

  it('says a bad file in one line and exits with 2', () => {
    const args = [
      'pack',
      '--pods',
      fileWith([web('a', { cpuMilli: -1 })]),
      '--offerings',
      fileWith(offerings),
    ];
    const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', BIN, ...args], {
      encoding: 'utf8',
    });
    expect({ status: run.status, stdout: run.stdout }).toEqual({ status: 2, stdout: '' });
    expect(run.stderr).toMatch(
      /^smartscale: \S+: \[0\]\.cpuMilli = -1 \(a\): must be a whole number of millicores, 0 or more; .*\n$/,
    );
  });

  it('tells the same in words', async () => {
    const flags = {
      pods: fileWith([web('a'), web('huge', { memMi: 9000 })]),
      offerings: fileWith(offerings),
    };
    const { output } = await packFiles(flags);
    const lines = output.split('\n');
    expect(lines[0]).toBe('nodes  pods  type  zone  lifecycle  USD/h each');
    expect(lines[1]).toBe('1      1     s     z-a   spot       0.1');
    expect(lines[2]).toMatch(/^1 node for 1 pod at 0\.1000 USD per hour, found in [\d.]+ ms$/);
    expect(lines[3]).toMatch(/^unplaced: huge: .*lacks 2000 MiB memory$/);
  });

  it('never buys what has no known price, and says so', async () => {
    const unpriced = { ...small, type: 'free', priceUsdPerHour: null };
    const { priceUsdPerHour: _, ...absent } = { ...unpriced, type: 'absent' };
    const answer = await pack([web('a')], [unpriced, absent, ...offerings]);
    expect(answer.nodes).toMatchObject([{ type: 's' }]);
    expect(answer.notes).toEqual(['not bought, since its price is not known: 2 offerings']);
    const none = await pack([web('a')], [unpriced]);
    expect(none).toMatchObject({ nodes: [], unplaced: [{ pod: 'a' }], costUsdPerHour: 0 });
  });

  it('gives the same answer whatever the order in the files', async () => {
    const pods = [web('a'), web('b', { cpuMilli: 700 }), web('c', { memMi: 2000 }), web('d')];
    const { solveMs: _, ...one } = await pack(pods);
    const { solveMs: __, ...other } = await pack(pods.toReversed(), offerings.toReversed());
    expect(other).toEqual(one);
  });
});

describe('pods in short', () => {
  const selector = (app: string) => [{ key: 'app', operator: 'In', values: [app] }];

  it('may say all that a scheduler obeys', async () => {
    const { pods } = await readPods(
      fileWith([
        web('a', {
          labels: { app: 'web' },
          nodeSelector: { arch: 'arm64', disk: 'ssd' },
          tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
          spread: [{ key: 'zone', maxSkew: 2, sel: { app: 'web' }, when: 'ScheduleAnyway' }],
          podAffinity: [{ key: 'topology.kubernetes.io/zone', sel: { app: 'db' } }],
          podAntiAffinity: [{ key: 'hostname', sel: { app: 'web' } }],
        }),
      ]),
    );
    const namespaces = ['default'];
    expect(pods).toMatchObject([
      {
        name: 'a',
        labels: { app: 'web' },
        requests: { cpuMillis: 500, memoryMiB: 100, pods: 1 },
        nodeSelector: [
          { key: 'kubernetes.io/arch', operator: 'In', values: ['arm64'] },
          { key: 'disk', operator: 'In', values: ['ssd'] },
        ],
        tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
        topologySpread: [
          {
            topologyKey: 'topology.kubernetes.io/zone',
            maxSkew: 2,
            whenUnsatisfiable: 'ScheduleAnyway',
            selector: selector('web'),
          },
        ],
        podAffinity: [{ topologyKey: 'topology.kubernetes.io/zone', selector: selector('db'), namespaces }],
        podAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname', selector: selector('web'), namespaces }],
      },
    ]);
  });

  it.each([
    [[{ ...web('a'), cpu: 1 }], '[0].cpu = 1 (a): no such field exists; did you mean cpuMilli?'],
    [
      [{ ...web('a'), colour: 1 }],
      '[0].colour = 1 (a): no such field exists; the fields are name, cpuMilli,',
    ],
    [[{ name: 'a', memMi: 1 }], '[0].cpuMilli is missing (a): must be a whole number of millicores'],
    [[web('a', { cpuMilli: 0.5 })], '[0].cpuMilli = 0.5 (a): must be a whole number of millicores'],
    [[web('a', { memMi: -3 })], '[0].memMi = -3 (a): must be a number of MiB, 0 or more'],
    [
      [web('a', { memMi: '512Mi' })],
      '[0].memMi = "512Mi" (a): must be a number of MiB, 0 or more; write a bare',
    ],
    [[web('')], '[0].name = "": must not be empty'],
    [[web('a', { labels: { n: 1 } })], '[0].labels.n = 1 (a): must be text; write the value in quotes'],
    [
      [web('b'), web('a', { spread: [{ key: 'zone', maxSkew: 0, sel: {} }] })],
      '[1].spread[0].maxSkew = 0 (a): must be a whole number of pods, 1 or more',
    ],
    [
      [web('a', { spread: [{ key: 'zone', maxSkew: 1, sel: {}, when: 'Never' }] })],
      '[0].spread[0].when = "Never" (a): must be DoNotSchedule or ScheduleAnyway',
    ],
    [[web('a', { podAffinity: { key: 'zone' } })], '[0].podAffinity = {"key":"zone"} (a): must be a list'],
    [
      [web('a', { tolerations: [{ effect: 'No' }] })],
      '[0].tolerations[0].effect = "No" (a): must be NoSchedule or',
    ],
    [
      [web('a'), web('b'), web('a')],
      '[2].name = "a": [0] of namespace default has this name already; rename',
    ],
    [[7], '[0] = 7: must be an object'],
    [[], 'has no pod: write a list of pods like {"name": '],
    ['[{"name": "a", "cpuMilli": NaN}]', 'is no valid JSON: '],
    ['- {name: a, cpuMilli: .nan, memMi: 1}', '[0].cpuMilli = NaN (a): must be a whole number of millicores'],
    ['', 'is empty: write a list into it'],
    ['a: [', 'is no valid YAML: '],
    ['just text', 'something else cannot be packed: write a list of pods'],
    [{ kind: 'Deployment' }, 'a Deployment cannot be packed: write a list of pods'],
  ])('%j are refused with place, value, rule and remedy', async (pods, told) => {
    await expect(readPods(fileWith(pods))).rejects.toThrow(told);
  });
});

describe('pods as Kubernetes objects', () => {
  const list = (items: readonly unknown[]) => ({ apiVersion: 'v1', kind: 'List', items });

  it.each([
    ['a List in JSON', JSON.stringify(list([manifest('a'), manifest('b')]))],
    ['a List in YAML', stringify(list([manifest('a'), manifest('b')]))],
    [
      'a PodList',
      stringify({ kind: 'PodList', items: [{ ...manifest('a'), kind: undefined }, manifest('b')] }),
    ],
    ['documents of YAML', [manifest('a'), manifest('b')].map((pod) => stringify(pod)).join('---\n')],
  ])('are read from %s', async (_, text) => {
    const { pods } = await readPods(fileWith(text));
    expect(pods).toMatchObject([
      { name: 'a', requests: { cpuMillis: 500, memoryMiB: 100, pods: 1 } },
      { name: 'b', phase: 'Pending' },
    ]);
  });

  it('count init containers, affinity terms and spread as the scheduler does', async () => {
    const spec = {
      initContainers: [{ resources: { requests: { cpu: 2 } } }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }],
          },
        },
      },
      topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }],
    };
    const { pods } = await readPods(fileWith(list([manifest('a', { spec })])));
    expect(pods).toMatchObject([
      {
        requests: { cpuMillis: 2000, memoryMiB: 100 },
        nodeSelector: [{ key: 'disk', operator: 'Exists' }],
        topologySpread: [{ topologyKey: 'zone', maxSkew: 1 }],
      },
    ]);
  });

  it('are placed anew, whatever node they are on; finished and static ones are left out', async () => {
    const file = await readPods(
      fileWith(
        list([
          manifest('runs', { spec: { nodeName: 'old' }, status: { phase: 'Running' } }),
          manifest('done', { status: { phase: 'Succeeded' } }),
          manifest('static', { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } }),
        ]),
      ),
    );
    expect(file.pods).toMatchObject([{ name: 'runs', nodeName: undefined }]);
    expect(file.notes).toEqual([
      'left out: 1 finished pod',
      'not placed, since each node has its own: 1 static or DaemonSet pod',
    ]);
  });

  it('of a DaemonSet are taken off every node once', async () => {
    const ownerReferences = [{ kind: 'DaemonSet', name: 'logs', uid: 'u', controller: true }];
    const daemons = ['x', 'y'].map((node) => manifest(`logs-${node}`, { metadata: { ownerReferences } }));
    const pods = ['a', 'b', 'c'].map((name) => manifest(name));
    const answer = await pack(list([...daemons, ...pods]), [small]);
    expect(answer.nodes).toHaveLength(2);
    expect(answer.bindings.map(({ pod }) => pod)).toEqual(['a', 'b', 'c']);
  });

  it('keep their names alone while these differ, and get their namespaces when they do not', async () => {
    const at = (name: string, namespace: string) => manifest(name, { metadata: { namespace } });
    const alone = await pack(list([at('a', 'shop'), at('b', 'blog')]));
    expect(alone.bindings.map(({ pod }) => pod).sort()).toEqual(['a', 'b']);
    const same = await pack(list([at('a', 'shop'), at('a', 'blog')]));
    expect(same.bindings.map(({ pod }) => pod).sort()).toEqual(['blog/a', 'shop/a']);
  });

  it.each([
    [list([{ kind: 'Service' }]), 'items[0].kind = "Service": only Pods can be packed; list them alone'],
    [{ kind: 'List', items: 3 }, 'items is no list: write items: [ ]'],
    [
      list([manifest('a', { spec: { containers: [] } })]),
      'items[0].spec.containers = [] (a): must not be empty',
    ],
    [
      manifest('a', { spec: { overhead: { cpu: '2 cores' } } }),
      'Pod.spec.overhead.cpu = "2 cores" (a): must be a quantity, 0 or more; write it like 250m',
    ],
    [list([manifest('a'), manifest('a')]), 'items[1].metadata.name = "a": items[0] of namespace default has'],
    [list([manifest('a', { status: { phase: 'Failed' } })]), 'has no pod to place: all of them are finished'],
  ])('%j are refused with place, value, rule and remedy', async (pods, told) => {
    await expect(readPods(fileWith(pods))).rejects.toThrow(told);
  });
});

describe('offerings', () => {
  it('may offer resources of other names', async () => {
    const gpu = { ...small, allocatable: { ...allocatable, extended: { 'nvidia.com/gpu': 1 } } };
    expect(await readOfferings(fileWith([gpu]))).toEqual([gpu]);
  });

  it.each([
    [[{ ...small, priceUsdPerHour: 0 }], '[0].priceUsdPerHour = 0: must be a number of USD per hour above 0'],
    [
      [{ ...small, priceUsdPerHour: -1 }],
      '[0].priceUsdPerHour = -1: must be a number of USD per hour above 0',
    ],
    [[{ ...small, lifecycle: 'ondemand' }], '[0].lifecycle = "ondemand": must be spot or on-demand'],
    [[{ ...small, zones: [] }], '[0].zones = []: no such field exists; did you mean zone?'],
    [
      [{ ...small, allocatable: { ...allocatable, pods: 0 } }],
      '[0].allocatable.pods = 0: must be a whole number',
    ],
    [[small, small], '[1].type = "s": [0] is s/z-a/spot already; delete one'],
    [[], 'has no offering: add one like {"type"'],
    [{ offerings: [] }, 'is no list of offerings: write [ ] around them'],
  ])('%j are refused with place, value, rule and remedy', async (from, told) => {
    await expect(readOfferings(fileWith(from))).rejects.toThrow(told);
  });
});
