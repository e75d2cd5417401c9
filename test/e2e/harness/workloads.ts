import type { KubeClient, KubeObject } from './kube-client.ts';

export interface WorkloadOptions {
  readonly name: string;
  readonly replicas: number;
  /** @default 500m */
  readonly cpu?: string;
  /** @default 200Mi */
  readonly memory?: string;
  /** Keeps replicas on different machines. */
  readonly isSpread?: boolean;
  /** @default 5 */
  readonly graceSeconds?: number;
}

const APPS = '/apis/apps/v1/namespaces/default/deployments';
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const PODS = '/api/v1/namespaces/default/pods';

/** A Deployment in `default`. */
export async function deploy(kube: KubeClient, options: WorkloadOptions): Promise<void> {
  const { name, replicas } = options;
  await kube.create(APPS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec(options) },
    },
  });
}

export async function scale(kube: KubeClient, name: string, replicas: number): Promise<void> {
  await kube.patch(`${APPS}/${name}`, { spec: { replicas } });
}

/** A single pod without an owner; returns when the API server has answered. */
export async function createPod(
  kube: KubeClient,
  options: Omit<WorkloadOptions, 'replicas'>,
): Promise<KubeObject> {
  return kube.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: options.name, labels: { app: options.name } },
    spec: podSpec({ ...options, replicas: 1 }),
  });
}

/** A disruption budget over a workload's pods. */
export async function budget(
  kube: KubeClient,
  app: string,
  spec: Readonly<Record<string, unknown>>,
): Promise<void> {
  await kube.create(BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: app },
    spec: { ...spec, selector: { matchLabels: { app } } },
  });
}

export async function dropBudget(kube: KubeClient, app: string): Promise<void> {
  await kube.delete(`${BUDGETS}/${app}`);
}

/** Disruptions that the budget's controller allows now; `undefined` while it has not looked. */
export async function disruptionsAllowed(kube: KubeClient, app: string): Promise<number | undefined> {
  const found = await kube.get(`${BUDGETS}/${app}`);
  const status = found['status'] as { observedGeneration?: number; disruptionsAllowed?: number } | undefined;
  return status?.observedGeneration === undefined ? undefined : status.disruptionsAllowed;
}

/** Pods of a workload that run and are not being deleted. */
export async function runningPods(kube: KubeClient, app: string): Promise<readonly KubeObject[]> {
  const pods = await kube.list(`${PODS}?labelSelector=app%3D${app}`);
  return pods.filter(
    (pod) => pod['status']?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined,
  );
}

function podSpec({
  name,
  cpu = '500m',
  memory = '200Mi',
  isSpread = false,
  graceSeconds = 5,
}: WorkloadOptions): unknown {
  const term = { labelSelector: { matchLabels: { app: name } }, topologyKey: 'kubernetes.io/hostname' };
  return {
    terminationGracePeriodSeconds: graceSeconds,
    ...(isSpread
      ? { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }
      : {}),
    containers: [{ name: 'app', image: 'example.invalid/app:1', resources: { requests: { cpu, memory } } }],
  };
}
