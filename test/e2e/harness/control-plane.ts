import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CertificateAuthority, type KeyPair } from './certificates.ts';
import { OwnedProcess } from './child-process.ts';
import { freePort } from './free-port.ts';
import { type KubeAccess, KubeClient } from './kube-client.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { eventually } from './poll.ts';
import { goTool } from './tool-cache.ts';

const START_DEADLINE_MS = 120_000;
const API_SERVER = 'kube-apiserver';

/** What a tier's world needs differently from a whole cluster. */
export interface ControlPlaneOptions {
  /** Controllers to run, as the controller manager's flag wants them; none at all: `undefined`. @default all that need no cloud */
  readonly controllers?: string | undefined;
  /** Parts of a `KubeSchedulerConfiguration`. @default the scheduler's own defaults */
  readonly scheduler?: Readonly<Record<string, unknown>>;
  /** More flags of the API server. @default none */
  readonly apiServerArgs?: readonly string[];
  /** Environment of all its processes. @default none */
  readonly env?: Readonly<Record<string, string>>;
}

/** No addresses to hand out, no routes to write and no cloud to ask: EC2 is the autoscaler's business here. */
const CLUSTER_CONTROLLERS = '*,-nodeipam,-route,-cloud-node-lifecycle';

interface Layout {
  readonly folder: string;
  readonly authority: CertificateAuthority;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly apiPort: number;
  readonly schedulerPort: number;
  readonly env: Readonly<Record<string, string>>;
  readonly serving: KeyPair;
}

/** A real control plane on 127.0.0.1: etcd, API server (RBAC and Pod Security on), scheduler, and controllers unless left out. */
export class ControlPlane {
  /** The administrator's client. */
  readonly admin: KubeClient;
  readonly adminAccess: KubeAccess;
  readonly adminKubeconfig: string;
  /** Where the scheduler tells its metrics to anyone. */
  readonly schedulerAccess: KubeAccess;
  /** The API server's certificate, for a proxy that stands in for it on the same address. */
  readonly serving: KeyPair;
  readonly #folder: string;
  readonly #processes: OwnedProcess[];
  readonly #startApiServer: () => OwnedProcess;

  private constructor(
    layout: Layout,
    { adminAccess, admin }: { readonly adminAccess: KubeAccess; readonly admin: KubeClient },
    processes: OwnedProcess[],
    start: () => OwnedProcess,
  ) {
    this.#folder = layout.folder;
    this.serving = layout.serving;
    this.adminAccess = adminAccess;
    this.schedulerAccess = {
      url: `https://127.0.0.1:${layout.schedulerPort}`,
      caFile: layout.authority.certificate,
    };
    this.admin = admin;
    this.adminKubeconfig = writeKubeconfig(join(layout.folder, 'admin.kubeconfig'), adminAccess);
    this.#processes = processes;
    this.#startApiServer = start;
  }

  /** Starts everything in `folder` and returns when pods could be scheduled. */
  static async start(folder: string, options: ControlPlaneOptions = {}): Promise<ControlPlane> {
    const { controllers } = { controllers: CLUSTER_CONTROLLERS, ...options };
    mkdirSync(folder, { recursive: true });
    const authority = CertificateAuthority.create(folder);
    const layout: Layout = {
      folder,
      authority,
      etcdPort: await freePort(),
      etcdPeerPort: await freePort(),
      apiPort: await freePort(),
      schedulerPort: await freePort(),
      env: options.env ?? {},
      serving: authority.server('apiserver'),
    };
    const etcd = startEtcd(layout);
    const signing = authority.signingKey('service-account');
    const start = () => startApiServer(layout, signing, options.apiServerArgs ?? []);
    const url = `https://127.0.0.1:${layout.apiPort}`;
    const pair = authority.client('admin', 'e2e-admin', 'system:masters');
    const adminAccess: KubeAccess = { url, caFile: authority.certificate, pair };
    const admin = new KubeClient(adminAccess);
    const processes = [start(), etcd];
    try {
      await untilReady(admin, processes);
      processes.unshift(startScheduler(layout, url, options.scheduler));
      if (controllers !== undefined) {
        processes.unshift(await startControllers(layout, { url, signingKey: signing.key, controllers }));
        if (controllers === CLUSTER_CONTROLLERS) await untilAccountsExist(admin, processes);
      }
    } catch (error) {
      admin.close();
      for (const process of processes) await process.kill();
      throw error;
    }
    return new ControlPlane(layout, { adminAccess, admin }, processes, start);
  }

  /** Access as a ServiceAccount, with a real token of the TokenRequest API. */
  async accessOf(namespace: string, account: string): Promise<KubeAccess> {
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 7200 },
    };
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const answer = await this.admin.create(path, request);
    const { token } = answer['status'] as { token: string };
    return { url: this.adminAccess.url, caFile: this.adminAccess.caFile, token };
  }

  /** A kubeconfig of that access; `url` puts a proxy in between, `name` is for one of several of an account. */
  async kubeconfigFor(
    namespace: string,
    account: string,
    { url, name = account }: { readonly url?: string; readonly name?: string } = {},
  ): Promise<string> {
    const access = await this.accessOf(namespace, account);
    const file = join(this.#folder, `${namespace}-${name}.kubeconfig`);
    return writeKubeconfig(file, url === undefined ? access : { ...access, url });
  }

  /** Ends the API server as a crash does, and starts another one on the same store; ready when this returns. */
  async restartApiServer(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const index = this.#processes.findIndex(({ name }) => name === API_SERVER);
    await this.#processes[index]?.kill();
    await meanwhile();
    this.#processes[index] = this.#startApiServer();
    await untilReady(this.admin, this.#processes);
  }

  async stop(): Promise<void> {
    this.admin.close();
    // Nothing in there is worth a graceful end.
    for (const process of this.#processes) await process.kill();
  }
}

function startEtcd(layout: Layout): OwnedProcess {
  const client = `http://127.0.0.1:${layout.etcdPort}`;
  const peer = `http://127.0.0.1:${layout.etcdPeerPort}`;
  return OwnedProcess.start({
    name: 'etcd',
    command: goTool('control-plane', 'server'),
    args: [
      `--data-dir=${join(layout.folder, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    logFile: join(layout.folder, 'etcd.log'),
    env: layout.env,
  });
}

function startApiServer(
  layout: Layout,
  signing: { readonly key: string; readonly publicKey: string },
  moreArgs: readonly string[],
): OwnedProcess {
  return OwnedProcess.start({
    name: API_SERVER,
    command: goTool('control-plane', 'kube-apiserver'),
    args: [
      `--etcd-servers=http://127.0.0.1:${layout.etcdPort}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${layout.apiPort}`,
      '--endpoint-reconciler-type=none',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      `--client-ca-file=${layout.authority.certificate}`,
      `--tls-cert-file=${layout.serving.certificate}`,
      `--tls-private-key-file=${layout.serving.key}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${signing.publicKey}`,
      `--service-account-signing-key-file=${signing.key}`,
      '--api-audiences=https://kubernetes.default.svc',
      `--cert-dir=${layout.folder}`,
      ...moreArgs,
    ],
    logFile: join(layout.folder, 'kube-apiserver.log'),
    env: layout.env,
  });
}

interface ControllerParts {
  readonly url: string;
  readonly signingKey: string;
  readonly controllers: string;
}

async function startControllers(
  layout: Layout,
  { url, signingKey, controllers }: ControllerParts,
): Promise<OwnedProcess> {
  const kubeconfig = componentKubeconfig(layout, url, 'kube-controller-manager');
  return OwnedProcess.start({
    name: 'kube-controller-manager',
    command: goTool('control-plane', 'kube-controller-manager'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--controllers=${controllers}`,
      '--use-service-account-credentials',
      `--service-account-private-key-file=${signingKey}`,
      `--root-ca-file=${layout.authority.certificate}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${await freePort()}`,
      `--cert-dir=${layout.folder}`,
    ],
    logFile: join(layout.folder, 'kube-controller-manager.log'),
    env: layout.env,
  });
}

function startScheduler(
  layout: Layout,
  url: string,
  configuration: ControlPlaneOptions['scheduler'],
): OwnedProcess {
  const kubeconfig = componentKubeconfig(layout, url, 'kube-scheduler');
  return OwnedProcess.start({
    name: 'kube-scheduler',
    command: goTool('control-plane', 'kube-scheduler'),
    args: [
      ...schedulerArgs(layout, kubeconfig, configuration),
      '--bind-address=127.0.0.1',
      `--secure-port=${layout.schedulerPort}`,
      `--tls-cert-file=${layout.serving.certificate}`,
      `--tls-private-key-file=${layout.serving.key}`,
      '--authorization-always-allow-paths=/healthz,/readyz,/livez,/metrics',
    ],
    logFile: join(layout.folder, 'kube-scheduler.log'),
    env: layout.env,
  });
}

/** With a configuration file the scheduler reads its connection from there alone. */
function schedulerArgs(
  layout: Layout,
  kubeconfig: string,
  configuration: ControlPlaneOptions['scheduler'],
): readonly string[] {
  if (configuration === undefined) return [`--kubeconfig=${kubeconfig}`, '--leader-elect=false'];
  const file = join(layout.folder, 'kube-scheduler.json');
  const connection = configuration['clientConnection'] as object | undefined;
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      leaderElection: { leaderElect: false },
      ...configuration,
      clientConnection: { ...connection, kubeconfig },
    }),
  );
  return [`--config=${file}`];
}

function componentKubeconfig(layout: Layout, url: string, component: string): string {
  const pair = layout.authority.client(component, `system:${component}`);
  return writeKubeconfig(join(layout.folder, `${component}.kubeconfig`), {
    url,
    caFile: layout.authority.certificate,
    pair,
  });
}

async function untilReady(admin: KubeClient, processes: readonly OwnedProcess[]): Promise<void> {
  await eventually('the API server to be ready', async () => (await admin.text('/readyz')) === 'ok', {
    deadlineMs: START_DEADLINE_MS,
    everyMs: 100,
  });
  for (const process of processes) process.assertRunning();
}

/** Pods are refused until the controllers have made the namespace's ServiceAccount. */
async function untilAccountsExist(admin: KubeClient, processes: readonly OwnedProcess[]): Promise<void> {
  await eventually(
    'the default ServiceAccount',
    () => admin.find('/api/v1/namespaces/default/serviceaccounts/default'),
    { deadlineMs: START_DEADLINE_MS, everyMs: 100 },
  );
  for (const process of processes) process.assertRunning();
}
