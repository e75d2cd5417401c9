import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { whileLocked } from './build-lock.ts';
import {
  cacheRoot,
  type GoToolSet,
  type MonitoringToolSet,
  type ToolSet,
  toolFolder,
  toolSource,
} from './tool-cache.ts';

/*
 * Builds whatever this tier needs and does not have: the control plane, KWOK, kubectl, Flux's controllers, Prometheus and its exporters
 * with Go, moto in a Python environment. Run by jest before the first test, or by hand: `node test/e2e/harness/build-tools.ts`.
 */

const KUBERNETES_VERSION = { major: '1', minor: '36', git: 'v1.36.3' };
const VERSION_PACKAGE = 'k8s.io/component-base/version';
const GO_ADVICE = 'install Go 1.26 or newer (https://go.dev/dl) and put it on PATH';
const STRIPPED = '-s -w';
/** A control plane that does not know its version answers with one that clients cannot parse. */
const KUBERNETES = [
  STRIPPED,
  `-X ${VERSION_PACKAGE}.gitVersion=${KUBERNETES_VERSION.git}`,
  `-X ${VERSION_PACKAGE}.gitMajor=${KUBERNETES_VERSION.major}`,
  `-X ${VERSION_PACKAGE}.gitMinor=${KUBERNETES_VERSION.minor}`,
].join(' ');
const LDFLAGS: Readonly<Record<GoToolSet, string>> = {
  'control-plane': KUBERNETES,
  kubectl: KUBERNETES,
  kwok: STRIPPED,
  'source-controller': STRIPPED,
  'kustomize-controller': STRIPPED,
  'flux-crds': STRIPPED,
  prometheus: STRIPPED,
  'kube-state-metrics': STRIPPED,
  'node-exporter': STRIPPED,
};
const MONITORING: readonly MonitoringToolSet[] = ['prometheus', 'kube-state-metrics', 'node-exporter'];
/** Of the ways in which Prometheus finds targets, the one that is shipped: the others take minutes to compile. */
const TAGS: Partial<Readonly<Record<GoToolSet, string>>> = {
  prometheus: 'remove_all_sd,enable_kubernetes_sd',
};
/** Flux's controllers that Go can build from their modules alone; the others are known here by the types of their APIs only. */
const FLUX = ['source-controller', 'kustomize-controller'] as const;
const KWOK_STAGES: readonly string[] = [
  'node/fast/node-initialize.yaml',
  'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'pod/fast/pod-ready.yaml',
  'pod/fast/pod-complete.yaml',
  'pod/fast/pod-delete.yaml',
];

class Unavailable extends Error {}

/**
 * Builds what is missing, one line of progress each, one process at a time. Throws with words of advice when something cannot be had.
 */
export function buildTools(): void {
  mkdirSync(cacheRoot(), { recursive: true });
  whileLocked(join(cacheRoot(), 'building.lock'), buildMissing);
}

function buildMissing(): void {
  const missing: string[] = [];
  for (const [what, make] of recipes()) {
    try {
      make();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      missing.push(`${what}: ${error.message}`);
    }
  }
  if (missing.length > 0) {
    throw new Error(`The end-to-end tier cannot run on this machine:\n  ${missing.join('\n  ')}`);
  }
}

function recipes(): readonly [string, () => void][] {
  return [
    ['control plane', () => buildOnce('control-plane', (into) => buildGo('control-plane', into))],
    [
      'KWOK',
      () =>
        buildOnce('kwok', (into) => {
          buildGo('kwok', into);
          copyStages(join(into, 'stages'));
        }),
    ],
    ['kubectl', () => buildOnce('kubectl', (into) => buildGo('kubectl', into))],
    ...FLUX.map((set): [string, () => void] => [set, () => buildOnce(set, (into) => buildFlux(set, into))]),
    ["the other Flux controllers' CRDs", () => buildOnce('flux-crds', generateCrds)],
    ['moto', () => buildOnce('moto', installMoto, { inPlace: true })],
    ...MONITORING.map((set): [string, () => void] => [
      set,
      () => buildOnce(set, (into) => buildGo(set, into)),
    ]),
    ['gpg', () => requireCommand('gpg', ['--version'], 'install it: apt-get install gnupg')],
    ['openssl', () => requireCommand('openssl', ['version'], 'install it: apt-get install openssl')],
  ];
}

/** Builds into a scratch folder and moves it into place, so that a build that was cut short is not mistaken for a finished one. */
function buildOnce(
  set: ToolSet,
  build: (into: string) => void,
  options: { readonly inPlace?: boolean } = {},
): void {
  const target = toolFolder(set);
  const done = join(target, '.complete');
  if (existsSync(done)) return;
  const started = Date.now();
  say(`${set}: building into ${target} (once; minutes)`);
  rmSync(target, { recursive: true, force: true });
  // A Python environment has its own path written into it and cannot be moved.
  const into = options.inPlace === true ? target : mkdtempSync(join(cacheRoot(), `building-${set}-`));
  mkdirSync(into, { recursive: true });
  build(into);
  mkdirSync(join(into, '.complete'));
  if (into !== target) renameSync(into, target);
  say(`${set}: done in ${Math.round((Date.now() - started) / 1000)} s`);
}

function buildGo(set: GoToolSet, into: string): void {
  requireCommand('go', ['version'], GO_ADVICE);
  const flags = ['-tags', TAGS[set] ?? '', '-ldflags', LDFLAGS[set]];
  run('go', ['build', ...flags, '-o', `${into}/`, 'tool'], toolSource(set));
}

function copyStages(into: string): void {
  const folder = moduleFolder('kwok', 'sigs.k8s.io/kwok');
  mkdirSync(into, { recursive: true });
  for (const [index, stage] of KWOK_STAGES.entries()) {
    cpSync(join(folder, 'kustomize', 'stage', stage), join(into, `${index}.yaml`));
  }
}

/** The controller, its CRDs and its Deployment as the release has them. */
function buildFlux(set: (typeof FLUX)[number], into: string): void {
  buildGo(set, into);
  const config = join(moduleFolder(set, `github.com/fluxcd/${set}`), 'config');
  const copies = [
    [join('crd', 'bases'), 'crds'],
    ['manager', 'manager'],
  ] as const;
  for (const [from, to] of copies) {
    cpSync(join(config, from), join(into, to), { recursive: true });
    // Modules are kept read-only, and what is in a folder that cannot be written cannot be deleted either.
    chmodSync(join(into, to), 0o755);
  }
}

/** CRDs from the Go types of an API, as its controller's own build makes them. */
function generateCrds(into: string): void {
  requireCommand('go', ['version'], GO_ADVICE);
  const apis = ['notification', 'image-reflector', 'image-automation'];
  const paths = apis.map((api) => `paths=github.com/fluxcd/${api}-controller/api/...`);
  const output = `output:crd:dir=${join(into, 'crds')}`;
  run('go', ['tool', 'controller-gen', 'crd', ...paths, output], toolSource('flux-crds'));
}

/** Where Go keeps the sources of a module that a tool set pins. */
function moduleFolder(set: GoToolSet, module: string): string {
  const listed = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', module], {
    cwd: toolSource(set),
    encoding: 'utf8',
  });
  if (listed.status !== 0) throw new Unavailable(`go list failed: ${listed.stderr}`);
  return listed.stdout.trim();
}

function installMoto(into: string): void {
  requireCommand(
    'python3',
    ['-c', 'import venv, ensurepip'],
    'install it: apt-get install python3 python3-venv',
  );
  run('python3', ['-m', 'venv', into], into);
  run(
    join(into, 'bin', 'pip'),
    ['install', '--quiet', '--disable-pip-version-check', '-r', join(toolSource('moto'), 'requirements.txt')],
    into,
  );
}

function requireCommand(command: string, args: readonly string[], advice: string): void {
  const tried = spawnSync(command, args, { stdio: 'ignore' });
  if (tried.status !== 0) throw new Unavailable(`${command} is missing; ${advice}`);
}

function run(command: string, args: readonly string[], cwd: string): void {
  const result = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status !== 0) throw new Unavailable(`${command} ${args.join(' ')} failed`);
}

function say(line: string): void {
  process.stderr.write(`e2e tools: ${line}\n`);
}

if (import.meta.main) {
  try {
    buildTools();
    say(`ready in ${cacheRoot()}`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
