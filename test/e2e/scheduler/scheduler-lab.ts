import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadKubeCredentials } from '../../../src/adapters/kubernetes/client/kube-config-credentials.ts';
import { KubeTransport } from '../../../src/adapters/kubernetes/client/kube-transport.ts';
import { KubernetesView } from '../../../src/adapters/kubernetes/read/kubernetes-view.ts';
import { SystemClock } from '../../../src/adapters/system/system-clock.ts';
import { collectionOf } from '../harness/api-discovery.ts';
import { ControlPlane } from '../harness/control-plane.ts';
import { KubeClient, type KubeObject } from '../harness/kube-client.ts';
import { eventually } from '../harness/poll.ts';
import { barrierNode } from './barrier-node.ts';
import { PinExtender } from './pin-extender.ts';
import { keyOf, type PodKey, type PodSight, PodWatch } from './pod-watch.ts';
import { NAMESPACES, standingObjects } from './standing-objects.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', '.cache', 'e2e', 'scheduler');
const CONCURRENCY = 16;
const WORKLOAD_RESOURCES = ['daemonsets', 'replicasets', 'statefulsets'];

/*
 * Left out: what needs controllers that this lab has not. TaintNodesByCondition would taint every new node until the node
 * controller has seen it Ready; StorageObjectInUseProtection would keep volumes for ever.
 */
const API_SERVER_ARGS = [
  '--disable-admission-plugins=ServiceAccount,TaintNodesByCondition,StorageObjectInUseProtection',
  '--enable-priority-and-fairness=false',
  '--delete-collection-workers=4',
];

/** The real API server and the real scheduler, with no controller but that of disruption budgets: the tests make and end all objects themselves. */
export class SchedulerLab {
  readonly kube: KubeClient;
  readonly watch: PodWatch;
  readonly extender: PinExtender;
  /** What every workload finds. */
  standing: readonly KubeObject[] = [];
  /** The product's own mirror of the cluster. */
  readonly view: KubernetesView;
  readonly #controlPlane: ControlPlane;
  readonly #metrics: KubeClient;
  readonly #stop: () => Promise<void>;
  #barriers = 0;

  private constructor(controlPlane: ControlPlane, extender: PinExtender, watch: PodWatch) {
    this.#controlPlane = controlPlane;
    this.extender = extender;
    this.kube = controlPlane.admin;
    this.#metrics = new KubeClient(controlPlane.schedulerAccess);
    this.watch = watch;
    const clock = new SystemClock();
    const transport = new KubeTransport(loadKubeCredentials({ file: controlPlane.adminKubeconfig }), clock);
    this.view = new KubernetesView({ transport, clock, random: Math.random });
    const ending = new AbortController();
    const running = this.view.run(ending.signal);
    this.#stop = async () => {
      ending.abort();
      transport.close();
      await running;
    };
  }

  static async start(): Promise<SchedulerLab> {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    const extender = await PinExtender.start();
    const controlPlane = await ControlPlane.start(FOLDER, {
      controllers: 'disruption',
      apiServerArgs: API_SERVER_ARGS,
      // Memory is there, processor time is not.
      env: { GOGC: '400' },
      scheduler: {
        clientConnection: { qps: 10_000, burst: 10_000 },
        podInitialBackoffSeconds: 1,
        podMaxBackoffSeconds: 1,
        percentageOfNodesToScore: 100,
        extenders: [extender.configuration],
        // Whom a pod may push aside is no question of room: a pod that fits only so is one that does not fit.
        profiles: [{ plugins: { multiPoint: { disabled: [{ name: 'DefaultPreemption' }] } } }],
      },
    });
    const lab = new SchedulerLab(controlPlane, extender, await PodWatch.open(controlPlane.admin));
    lab.standing = await lab.create(standingObjects());
    await lab.view.synced(AbortSignal.timeout(60_000));
    return lab;
  }

  async stop(): Promise<void> {
    this.watch.close();
    await this.#stop();
    this.#metrics.close();
    await this.#controlPlane.stop();
    await this.extender.stop();
    rmSync(join(FOLDER, 'etcd'), { recursive: true, force: true });
  }

  /** Creates the objects in no order and returns them as the API server completed them. */
  async create(objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
    return inParallel(objects, async (object) => this.kube.create(await this.pathOf(object), object));
  }

  /** The objects as the API server would store them, with its defaults and what admission adds. */
  async complete(objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
    return inParallel(objects, async (object) =>
      this.kube.create(`${await this.pathOf(object)}?dryRun=All`, object),
    );
  }

  /** Where objects of this one's kind and namespace live. */
  async pathOf(object: KubeObject): Promise<string> {
    const { path } = await collectionOf(this.kube, object);
    return path(object.metadata.namespace);
  }

  /**
   * Resolves once each of these pods is bound, or refused with nothing left that the scheduler would try again by itself. Pods
   * are counted by the scheduler's own queues, so a verdict that came too early is not taken for its last word.
   */
  async settle(keys: readonly PodKey[]): Promise<void> {
    const isJudged = (key: PodKey) => {
      const pod = this.watch.pods.get(key);
      return pod?.nodeName !== undefined || pod?.refusal !== undefined;
    };
    await this.watch.until(() => keys.every(isJudged), `the scheduler to judge ${keys.length} pods`);
    if (keys.every((key) => this.watch.pods.get(key)?.nodeName !== undefined)) return;
    await eventually('the scheduler to have nothing left to try', () => this.#isIdle(), { everyMs: 20 });
  }

  /** Returns when the scheduler has seen every change of nodes that was made before. */
  async untilNodesAreSeen(): Promise<void> {
    const { node, pod } = barrierNode(`barrier-${this.#barriers++}`);
    await this.create([node]);
    await this.create([pod]);
    const isBound = () => this.watch.pods.get(keyOf(pod))?.nodeName !== undefined;
    await this.watch.until(isBound, 'the scheduler to see all nodes');
  }

  /** Ends these pods at once; returns when the watch shows them no more. */
  async removePods(isMeant: (pod: PodSight) => boolean): Promise<void> {
    const keys = [...this.watch.pods].filter(([, pod]) => isMeant(pod)).map(([key]) => key);
    await inParallel(keys, (key) => {
      const [namespace, name] = key.split('/');
      return this.kube.deleteAll(`/api/v1/namespaces/${namespace}/pods/${name}`);
    });
    await this.watch.until(() => !keys.some((key) => this.watch.pods.has(key)), `${keys.length} pods to go`);
  }

  /** Ends all that a workload brought. */
  async clear(): Promise<void> {
    await this.clearRun();
    const paths = NAMESPACES.flatMap((namespace) => [
      `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
      ...WORKLOAD_RESOURCES.map((resource) => `/apis/apps/v1/namespaces/${namespace}/${resource}`),
      `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
    ]);
    await Promise.all([...paths, '/api/v1/persistentvolumes'].map((path) => this.kube.deleteAll(path)));
  }

  /** Ends all pods and nodes; returns when the watch shows no pod any more. */
  async clearRun(): Promise<void> {
    this.extender.pins.clear();
    const pods = ['default', ...NAMESPACES].map((namespace) => `/api/v1/namespaces/${namespace}/pods`);
    await Promise.all([...pods, '/api/v1/nodes'].map((path) => this.kube.deleteAll(path)));
    await this.watch.until(() => this.watch.pods.size === 0, 'all pods to go');
  }

  async #isIdle(): Promise<boolean> {
    const text = await this.#metrics.text('/metrics');
    const inQueue = (queue: string) =>
      Number(new RegExp(`^scheduler_pending_pods\\{queue="${queue}"\\} (\\S+)$`, 'm').exec(text)?.[1]);
    const unbound = [...this.watch.pods.values()].filter((pod) => pod.nodeName === undefined);
    return inQueue('active') === 0 && inQueue('backoff') === 0 && inQueue('unschedulable') === unbound.length;
  }
}

/** Calls for every item, this many at a time; the results are in the items' order. */
async function inParallel<T, R>(items: readonly T[], call: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await call(items[index] as T);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
}
