import type { Node } from '../../model/node.ts';
import type { Resources } from '../../model/resources.ts';
import { selectorOf } from '../../model/selector.ts';
import type { Toleration } from '../../model/taint.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { WorldDetails } from '../base/world-details.ts';
import type { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import { type BudgetSpec, type Workload, workloadUid } from '../cluster/workload.ts';
import { TARGET_SHARE } from '../load/horizontal-autoscaler.ts';
import type { ServingWorkload } from '../load/web-load.ts';

/*
 * What runs in the simulated cluster: a shop whose web pods follow the load, beside workloads that make shrinking hard
 * (a budget, a StatefulSet, a single replica), the agents of every node, and K3s' own pods on the server.
 */

const SERVER: Node = {
  name: 'server-1',
  uid: 'uid-node-server-1',
  instanceId: undefined,
  zone: 'ap-southeast-1a',
  type: 't3.medium',
  lifecycle: 'on-demand',
  labels: {
    'kubernetes.io/hostname': 'server-1',
    'topology.kubernetes.io/zone': 'ap-southeast-1a',
    'node-role.kubernetes.io/control-plane': 'true',
  },
  taints: [{ key: 'node-role.kubernetes.io/control-plane', value: '', effect: 'NoSchedule' }],
  allocatable: { cpuMillis: 1930, memoryMiB: 3268, pods: 110 },
  isReady: true,
  readyChangedAtMs: undefined,
  isUnschedulable: false,
  isControlPlane: true,
  doNotDisrupt: false,
  cordonedBy: undefined,
  createdAtMs: 0,
};

const ON_SERVER: readonly Toleration[] = [
  { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
];
const EVERYWHERE: readonly Toleration[] = [{ operator: 'Exists' }];
const SERVER_ONLY = selectorOf({ 'node-role.kubernetes.io/control-plane': 'true' });

function amount(cpuMillis: number, memoryMiB: number): Resources {
  return { cpuMillis, memoryMiB, pods: 1 };
}

const MAX_SERVICES = 6;

/** More web pods than any fleet of these worlds holds. */
const MAX_REPLICAS = 2_000;

/** The web pods; their replicas are the autoscaler's smallest. */
const WEB: Workload = {
  kind: 'Deployment',
  namespace: 'shop',
  name: 'web',
  replicas: 4,
  template: {
    labels: { app: 'web' },
    requests: amount(250, 160),
    topologySpread: [
      {
        topologyKey: 'topology.kubernetes.io/zone',
        maxSkew: 1,
        selector: selectorOf({ app: 'web' }),
        whenUnsatisfiable: 'ScheduleAnyway',
      },
    ],
  },
};

export const WEB_UID = workloadUid(WEB);

/** Web pods that fit a t3.small beside its agents. */
const WEB_PODS_PER_NODE = 7;

/** The load in millicores that one full node carries while its web pods use what the autoscaler aims at. */
export const LOAD_MILLIS_PER_NODE = WEB_PODS_PER_NODE * WEB.template.requests.cpuMillis * TARGET_SHARE;

const API: Workload = {
  kind: 'Deployment',
  namespace: 'shop',
  name: 'api',
  replicas: 2,
  template: {
    labels: { app: 'api' },
    requests: amount(150, 128),
    podAntiAffinity: [
      {
        topologyKey: 'kubernetes.io/hostname',
        selector: selectorOf({ app: 'api' }),
        namespaces: ['shop'],
      },
    ],
  },
};

const OTHERS: readonly Workload[] = [
  API,
  workload('StatefulSet', 'shop/orders-db', amount(150, 192)),
  workload('Deployment', 'shop/reports', amount(80, 96)),
];

const AGENTS: readonly Workload[] = [
  workload('DaemonSet', 'monitoring/node-exporter', amount(40, 32), { tolerations: EVERYWHERE }),
  workload('DaemonSet', 'monitoring/log-agent', amount(50, 48), { tolerations: EVERYWHERE }),
  workload('Deployment', 'kube-system/coredns', amount(100, 70), {
    tolerations: ON_SERVER,
    nodeSelector: SERVER_ONLY,
  }),
  workload('StatefulSet', 'monitoring/prometheus', amount(500, 1024), {
    tolerations: ON_SERVER,
    nodeSelector: SERVER_ONLY,
  }),
];

const BUDGETS: readonly BudgetSpec[] = [
  { namespace: 'shop', name: 'web', selector: selectorOf({ app: 'web' }), limit: { maxUnavailable: 2 } },
  { namespace: 'shop', name: 'api', selector: selectorOf({ app: 'api' }), limit: { minAvailable: 1 } },
];

/** What runs in a world, and which of it serves the users. */
export interface WorldWorkloads {
  /** All but those that serve. */
  readonly workloads: readonly Workload[];
  readonly serving: readonly ServingWorkload[];
  readonly budgets: readonly BudgetSpec[];
}

/** The whole shop; its web pods serve `webShare` (0..1) of the demand, and `services` more have one replica. */
export function sampleWorkloads({
  webShare = 1,
  services = 0,
}: {
  readonly webShare?: number;
  readonly services?: number;
} = {}): WorldWorkloads {
  const more = Array.from({ length: services }, (_, i) =>
    workload('Deployment', `shop/service-${i + 1}`, amount(60, 80)),
  );
  return {
    workloads: [...OTHERS, ...more, ...AGENTS],
    serving: [{ workload: WEB, share: webShare, minReplicas: WEB.replicas, maxReplicas: MAX_REPLICAS }],
    budgets: BUDGETS,
  };
}

/** How many services with one replica a world has beside those of the plain shop. */
export function servicesOf(details: WorldDetails, random: RandomStream): number {
  return details.has('single-replicas') ? random.stream('services').integer(MAX_SERVICES + 1) : 0;
}

/** What every cluster has: the agents of its nodes, and the pods on its server. */
export function agentWorkloads(): WorldWorkloads {
  return { workloads: AGENTS, serving: [], budgets: [] };
}

/** Deploys the server node and these workloads into an empty cluster. */
export function deployWorkloads(
  cluster: SimulatedCluster,
  { workloads, serving, budgets }: WorldWorkloads,
): void {
  cluster.kubelets.register(SERVER);
  for (const { workload: entry } of serving) cluster.apply(entry);
  for (const entry of workloads) cluster.apply(entry);
  for (const budget of budgets) cluster.addBudget(budget);
}

/** Pods that come at once and go together, as a batch of work does. */
export function burstOf(name: string, pods: number): Workload {
  return { ...workload('Deployment', `shop/${name}`, amount(250, 160)), replicas: pods };
}

function workload(
  kind: Workload['kind'],
  ref: `${string}/${string}`,
  requests: Resources,
  more: Partial<Workload['template']> = {},
): Workload {
  const [namespace = '', name = ''] = ref.split('/');
  return { kind, namespace, name, replicas: 1, template: { labels: { app: name }, requests, ...more } };
}
