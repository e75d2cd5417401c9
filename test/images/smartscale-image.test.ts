import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startLiveWorld } from '../bench/live-world.ts';
import { residentMiBOf, says } from '../bench/watched-process.ts';
import { objectOf } from '../charts/generated-objects.ts';
import { copiesOf, readDockerfile, type Stage, settingOf } from './dockerfile.ts';

/*
 * No container runtime is at hand, so this does what the Dockerfile says, by its own lines: it copies what they copy, runs the build,
 * and starts the entry points where no package is installed.
 */
const FILE = '.ci/images/smartscale.Dockerfile';
const { head, stages } = readDockerfile(readFileSync(FILE, 'utf8'));
const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as {
  devDependencies: Record<string, string>;
};

interface DemoContainer {
  readonly env: readonly { readonly value: string }[];
  readonly resources: { readonly requests: { readonly memory: string } };
}

let root: string;
let child: ChildProcess | undefined;

function stage(name: string): Stage {
  const found = stages.get(name);
  if (found === undefined) throw new Error(`${FILE} has no stage ${name}`);
  return found;
}

/** Copies as a stage does; a source that is not there throws. `node_modules` is left to `linkPackages`. */
function copyAll(name: string): void {
  for (const { from, sources, target } of copiesOf(stage(name))) {
    for (const source of sources) {
      const path = from === undefined ? source : join(root, from, source);
      if (basename(path) === 'node_modules') continue;
      const isFolderItself = sources.length === 1 && basename(target) === basename(source);
      cpSync(path, join(root, name, 'app', isFolderItself ? target : join(target, basename(path))), {
        recursive: true,
      });
    }
  }
}

/** Starts what the image of a stage starts. */
function start(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const [program, ...fixed] = JSON.parse(settingOf(stages, name, 'ENTRYPOINT') ?? '[]') as string[];
  expect(program).toBe('node');
  const started = spawn(process.execPath, [...fixed, ...args], {
    cwd: join(root, 'runtime', 'app'),
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  return started;
}

async function output(started: ChildProcess): Promise<{ readonly code: unknown; readonly text: string }> {
  let text = '';
  for (const stream of [started.stdout, started.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const [code] = (await once(started, 'close')) as [unknown];
  return { code, text };
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'smartscale-image-'));
  copyAll('build');
  const app = join(root, 'build', 'app');
  symlinkSync(resolve('node_modules'), join(app, 'node_modules'));
  expect(stage('build').instructions).toContainEqual({
    name: 'RUN',
    rest: 'npm run build',
  });
  execFileSync(process.execPath, ['.config/build.ts'], {
    cwd: app,
    stdio: 'inherit',
  });
  copyAll('runtime');
});

afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("the images' Dockerfile", () => {
  it('builds on the very Node that package.json pins', () => {
    expect(head).toEqual([{ name: 'ARG', rest: `NODE_VERSION=${PACKAGE.devDependencies['node']}` }]);
    for (const name of ['build', 'runtime']) {
      expect(stage(name).from).toBe('node:${NODE_VERSION}-bookworm-slim'); // oxlint-disable-line no-template-curly-in-string
    }
  });

  it('lets in from a checkout what it copies, and nothing else', () => {
    const allowed = readFileSync(`${FILE}.dockerignore`, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const copied = copiesOf(stage('build')).flatMap(({ sources }) => sources);
    expect(allowed).toEqual(['*', ...copied.map((source) => `!${source}`)]);
    expect(copied.filter((source) => !existsSync(source))).toEqual([]);
  });

  it('installs by the lock file and runs no install script', () => {
    const installs = stage('build').instructions.filter(({ rest }) => /npm (ci|install|i)\b/.test(rest));
    expect(installs.length).toBeGreaterThan(0);
    for (const { rest } of installs) expect(rest).toMatch(/npm ci .*--ignore-scripts/);
  });

  it('holds no code for one processor, so that one build is right for all', () => {
    const files = readdirSync(join(root, 'runtime/app'), {
      recursive: true,
      encoding: 'utf8',
    });
    expect(files).toContain('dist/cli.js');
    expect(files.filter((file) => /\.(node|wasm)$/.test(file))).toEqual([]);
  });

  it('holds the licence of each package whose code it holds', () => {
    const text = readFileSync(join(root, 'runtime/app/dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['@kubernetes/client-node', '@aws-sdk/client-ec2', 'express', 'zod', 'uplot']) {
      expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
  });

  it.each(['autoscaler', 'demo-app'])('makes %s run as a user that is not root, by number', (name) => {
    expect(settingOf(stages, name, 'USER')).toBe('1000:1000');
    expect(settingOf(stages, name, 'HEALTHCHECK')).toBe('NONE');
  });
});

describe("the images' contents", () => {
  it('run the autoscaler on a cluster of ten workers in the memory that its pod asks for', async () => {
    const { resources } = objectOf('clusters/production/autoscaler/autoscaler.yaml', 'Deployment').spec
      .template.spec.containers[0] as DemoContainer;
    const world = await startLiveWorld(10);
    const kubeconfig = join(root, 'kubeconfig');
    writeFileSync(kubeconfig, world.kubeconfig);
    const policy = resolve('clusters/production/policy.yaml');
    const args = ['run', '--port=0', `--kubeconfig=${kubeconfig}`, `--policy=${policy}`];
    const app = start('autoscaler', args, world.env);
    await says(app, '"leading"', '"currentNodes":10');
    expect(residentMiBOf(app)).toBeLessThan(Number.parseInt(resources.requests.memory, 10));
    app.kill('SIGTERM');
    expect((await output(app)).code).toBe(0);
    await world.stop();
  });

  it('run the autoscaler, as far as it comes without a cluster', async () => {
    const { code, text } = await output(start('autoscaler', ['run', '--kubeconfig', '/nowhere']));
    expect(text).toContain('AWS_REGION is not set');
    expect(code).toBe(2);
  });

  it('run its status page and its policy check', async () => {
    expect(existsSync(join(root, 'runtime/app/dist/report/page/assets/index.html'))).toBe(true);
    const policy = resolve('clusters/production/policy.yaml');
    expect(await output(start('autoscaler', ['check', policy]))).toMatchObject({
      code: 0,
    });
  });

  it('run the demo app, which stays below the memory that asks for one more pod, and ends on SIGTERM', async () => {
    const { env, resources } = objectOf('clusters/production/apps/demo-app.yaml', 'Deployment').spec.template
      .spec.containers[0] as DemoContainer;
    const options = env.map(({ value }) => value).join(' ');
    const app = start('demo-app', ['--port=0', '--drain-seconds=0'], {
      NODE_OPTIONS: options,
    });
    const [line] = (await once(createInterface({ input: app.stdout as NodeJS.ReadableStream }), 'line')) as [
      string,
    ];
    const { port } = JSON.parse(line) as { port: number };
    for (let request = 0; request < 500; request += 1) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/data`);
      await answer.text();
      expect(answer.status).toBe(200);
    }
    expect(residentMiBOf(app)).toBeLessThan(0.75 * Number.parseInt(resources.requests.memory, 10));
    app.kill('SIGTERM');
    expect((await output(app)).code).toBe(0);
  });
});
