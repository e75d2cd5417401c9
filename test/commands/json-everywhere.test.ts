import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { smartscaleProgram } from '../../src/commands/smartscale-program.ts';
import { aConfigMap, aFleet, FLEETS } from '../adapters/kubernetes/fleet-objects.ts';
import {
  type Answer,
  type RecordedCall,
  RecordingApiServer,
} from '../adapters/kubernetes/recording-api-server.ts';
import { RecordedTerminal, smartscale } from '../fakes/recorded-terminal.ts';
import { writeKubeconfig } from '../process/kubeconfig-file.ts';

/** Of `demo`, `run` and `demo-app`, which run on, the tests of each see what they print. */
const RUNS_ON = ['demo', 'demo-app', 'run'];
/** Prints a script. */
const WITHOUT_JSON = ['completion'];

interface NamedCommand {
  readonly name: string;
  readonly command: Command;
}

/** Every command that does something, by what is typed for it. */
function allCommands(command: Command, name = ''): readonly NamedCommand[] {
  if (command.commands.length === 0) return [{ name: name.trim(), command }];
  return command.commands.flatMap((one) => allCommands(one, `${name} ${one.name()}`));
}

const commands = allCommands(await smartscaleProgram(new RecordedTerminal()));
const ENV: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'ap-southeast-1',
  SMARTSCALE_LAUNCH_TEMPLATE: 'lt-1',
  SMARTSCALE_LAUNCH_TEMPLATE_VERSION: '1',
  SMARTSCALE_SUBNET_IDS: 'subnet-1',
};

let folder = '';
let server: RecordingApiServer;
let files: Readonly<Record<string, string>> = {};
let world: readonly string[] = [];

/** A cluster with one pending pod and one node of nobody; as EC2 it refuses everything. */
function answer({ method, path }: RecordedCall): Answer {
  if (method === 'POST') return { status: 403, body: {} };
  if (path.includes('/scalingoperations')) return { status: 404, body: {} };
  if (path.includes('watch=true')) return { status: 200 };
  const lists: readonly (readonly [string, readonly object[]])[] = [
    ['/configmaps', [aConfigMap('policy-a', 'nodes: { min: 2 }')]],
    [FLEETS, [aFleet({ configMap: 'policy-a' })]],
    [
      '/pods',
      [{ metadata: { name: 'web', namespace: 'default', uid: 'u-1' }, spec: { containers: [] }, status: {} }],
    ],
    ['/nodes', [{ metadata: { name: 'i-1', uid: 'u-2', labels: {} }, spec: {}, status: {} }]],
  ];
  const items = lists.find(([part]) => path.includes(part))?.[1] ?? [];
  return { status: 200, body: { metadata: { resourceVersion: '1' }, items } };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smartscale-json-'));
  server = await RecordingApiServer.start(answer);
  Object.assign(process.env, ENV, { AWS_ENDPOINT_URL: server.url });
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const allocatable = { cpuMillis: 1900, memoryMiB: 3000, pods: 10 };
  const offering = {
    type: 's',
    zone: 'a',
    lifecycle: 'spot',
    arch: 'amd64',
    priceUsdPerHour: 0.1,
    allocatable,
  };
  files = {
    good: write('good.yaml', 'nodes: { min: 2 }'),
    hour: write('hour.csv', '2026-01-05T00:00Z,1\n2026-01-05T00:30Z,2\n'),
    bad: write('bad.yaml', 'nodes: { min: 9, max: 2 }'),
    pods: write('pods.json', JSON.stringify([{ name: 'a', cpuMilli: 100, memMi: 100 }])),
    offerings: write('offerings.json', JSON.stringify([offering])),
  };
  const kubeconfig = await writeKubeconfig(folder, server.url);
  world = ['--kubeconfig', kubeconfig, '--namespace', 'smartscale', '--cluster-name', 'production'];
});

afterAll(async () => {
  for (const name of [...Object.keys(ENV), 'AWS_ENDPOINT_URL']) delete process.env[name];
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Arguments, exit code and what the document must hold; `FILE:good` stands for that file, `WORLD` for the live cluster. */
const ANSWERS: readonly (readonly [args: string, code: number, document: unknown])[] = [
  ['check FILE:good', 0, { valid: true, faults: [] }],
  ['check FILE:bad', 1, { valid: false, digest: null }],
  ['check FILE:good --against FILE:good', 0, { changes: [] }],
  ['schema', 0, { title: 'SmartScale policy' }],
  ['schema --table', 0, expect.arrayContaining([expect.objectContaining({ path: 'nodes.max' })])],
  [
    'pack --pods FILE:pods --offerings FILE:offerings',
    0,
    { bindings: [{ pod: 'a', node: 'n1' }], unplaced: [] },
  ],
  ['simulate --seeds 1 --hours 1', 0, { seeds: 1, violations: [] }],
  ['recommend --trace FILE:hour --peak-nodes 1', 0, { hours: 1, now: expect.anything() }],
  ['plan WORLD', 0, { currentNodes: 0, actions: [], kept: [] }],
  [
    'plan WORLD --policy FILE:bad',
    1,
    { policy: null, actions: [], faults: [expect.stringContaining('nodes.m')] },
  ],
  ['explain pod default/web WORLD', 0, { pod: 'default/web' }],
  ['explain node i-1 WORLD', 0, { node: 'i-1' }],
];

function argumentsOf(text: string): readonly string[] {
  return text.split(' ').flatMap((word) => {
    if (word === 'WORLD') return world;
    return word.startsWith('FILE:') ? [files[word.slice('FILE:'.length)] ?? ''] : [word];
  });
}

describe('--json', () => {
  it('is an option of every command', () => {
    const without = commands.filter(({ command }) => !command.options.some(({ long }) => long === '--json'));
    expect(without.map(({ name }) => name)).toEqual(WITHOUT_JSON);
  });

  it('is tried below with every command that ends by itself', () => {
    const untried = commands.filter(({ name }) => !ANSWERS.some(([args]) => args.startsWith(name)));
    expect(untried.map(({ name }) => name).toSorted()).toEqual([...WITHOUT_JSON, ...RUNS_ON]);
  });

  it.each(ANSWERS)('makes `%s` print one document and exit with %d', async (args, code, document) => {
    const { stdout, exitCode, steps } = await smartscale(...argumentsOf(args), '--json');
    expect(stdout).toMatch(/^[[{].*[\]}]\n$/);
    expect(JSON.parse(stdout)).toEqual(
      Array.isArray(document) || typeof document !== 'object' ? document : expectLike(document),
    );
    expect({ exitCode, steps }).toEqual({ exitCode: code, steps: [] });
  });
});

function expectLike(document: unknown): unknown {
  return 'asymmetricMatch' in Object(document) ? document : expect.objectContaining(document as object);
}

describe('what a command cannot do', () => {
  it.each(commands.map(({ name }) => [name]))(
    'is one line with a way out, whatever `%s` prints',
    async (name) => {
      for (const json of [[], ['--json']]) {
        const { stdout, stderr, exitCode } = await smartscale(
          ...name.split(' '),
          '--no-such-option',
          ...json,
        );
        expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
        expect(stderr).toMatch(
          /^smartscale: (unknown option '--no-such-option'|required option '--\w+ <\S+>').*: run `smartscale \S.* --help`\n$/,
        );
      }
    },
  );

  it.each([
    ['check nowhere.yaml', /cannot read nowhere\.yaml: no such file: check the path/],
    ['pack --pods nowhere.json --offerings FILE:offerings', /cannot read nowhere\.json: no such file/],
    ['simulate --seeds 1 --faults earthquake', /no fault is called 'earthquake': use none, all, or some of/],
    ['simulate --seeds many', /must be two whole numbers such as 1\.\.100.*smartscale simulate --help/],
    ['plan --kubeconfig nowhere --cluster-name production', /nowhere/],
    ['explain node i-9 WORLD', /there is no node i-9: look with kubectl get nodes/],
    ['explain pod web WORLD', /there is no pod web: write it as NAMESPACE\/NAME/],
    [
      'explain node i-1 WORLD --policy FILE:bad',
      /there is no valid policy to explain by: mend it, or give --policy/,
    ],
    ['run --kubeconfig nowhere --cluster-name production', /nowhere/],
    ['demo --policy nowhere.yaml', /cannot read nowhere\.yaml: no such file/],
    ['demo-app --error-rate 2', /must be a number from 0 to 1/],
  ])('says for `%s --json` on stderr why not, and exits with 2', async (args, line) => {
    const { stdout, stderr, exitCode } = await smartscale(...argumentsOf(args), '--json');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr.split('\n').filter((one) => one.startsWith('smartscale: '))).toEqual([
      expect.stringMatching(line),
    ]);
  });

  it.each([
    [
      'explain',
      /^smartscale: `smartscale explain` is not a whole command: run `smartscale explain --help`\n$/,
    ],
    [
      'explain pdo',
      /^smartscale: unknown command 'pdo' \(Did you mean pod\?\): run `smartscale explain --help`\n$/,
    ],
    [
      'completion csh',
      /^smartscale: .*Allowed choices are bash, zsh, fish\.: run `smartscale completion --help`\n$/,
    ],
  ])('says for `%s` what may stand there', async (args, line) => {
    const { stdout, stderr, exitCode } = await smartscale(...args.split(' '));
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(line);
  });
});
