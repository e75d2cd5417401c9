import { anonymousCredentials } from '../../../src/adapters/kubernetes/client/kube-credentials.ts';
import { KubeTransport } from '../../../src/adapters/kubernetes/client/kube-transport.ts';
import { CORDON_ANNOTATION, formatCordonMark } from '../../../src/adapters/kubernetes/read/annotations.ts';
import { KubernetesView } from '../../../src/adapters/kubernetes/read/kubernetes-view.ts';
import { KubernetesCluster } from '../../../src/adapters/kubernetes/write/kubernetes-cluster.ts';
import type { Node } from '../../../src/model/node.ts';
import type { Pod } from '../../../src/model/pod.ts';
import { EventLog } from '../../../src/simulate/base/event-log.ts';
import { VirtualClock } from '../../../src/simulate/base/virtual-clock.ts';
import { SimulatedCluster } from '../../../src/simulate/cluster/simulated-cluster.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { RecordingCluster } from '../../fakes/recording-cluster.ts';
import { FakeApiServer } from '../kubernetes/fake-api-server.ts';
import { type StoredObject, StoredObjects } from '../kubernetes/stored-objects.ts';
import { until } from '../kubernetes/until.ts';
import { type ClusterStage, describeCluster, strictBudget } from './cluster-contract.ts';

const MAX_MS = 60_000;
const WATCHED_KINDS = 9;

describeCluster('KubernetesCluster', async () => {
  const server = await FakeApiServer.start();
  const objects = new StoredObjects(server);
  const clock = new ManualClock();
  const transport = new KubeTransport(anonymousCredentials(server.url), clock);
  const view = new KubernetesView({ transport, clock, random: () => 0 });
  const stop = new AbortController();
  const running = view.run(stop.signal);
  await until(() => server.watches.length === WATCHED_KINDS);
  return {
    cluster: new KubernetesCluster(view, transport),
    putNode: (node) => objects.putNode(rawNode(node)),
    putPod: (pod) => objects.putPod(rawPod(pod)),
    putStrictBudget: (name) => objects.putBudget(rawBudget(name)),
    until,
    close: async () => {
      stop.abort();
      await running;
      transport.close();
      await server.close();
    },
  };
});

describeCluster('SimulatedCluster', async (): Promise<ClusterStage> => {
  const clock = new VirtualClock(Date.parse('2026-11-24T10:00:00Z'));
  const cluster = new SimulatedCluster(clock, new EventLog(clock));
  return {
    cluster,
    putNode: (node) => cluster.state.putNode(node),
    putPod: (pod) => cluster.state.putPod(pod),
    putStrictBudget: (name) => {
      const { namespace, selector } = strictBudget(name);
      cluster.addBudget({ namespace, name, selector, limit: { minAvailable: 100 } });
    },
    until: async (condition) => {
      while (!condition()) {
        if (clock.monotonicMs() > MAX_MS) throw new Error(`never came true: ${condition.toString()}`);
        await clock.advanceTo(clock.monotonicMs() + 100);
      }
    },
    close: async () => undefined,
  };
});

describeCluster('RecordingCluster', async (): Promise<ClusterStage> => {
  const cluster = new RecordingCluster([]);
  return {
    cluster,
    putNode: (node) => {
      cluster.nodes = [...cluster.nodes.filter(({ name }) => name !== node.name), node];
    },
    putPod: (pod) => {
      cluster.pods = [...cluster.pods, pod];
    },
    putStrictBudget: (name) => {
      cluster.budgets = [...cluster.budgets, strictBudget(name)];
    },
    until: async (condition) => {
      if (!condition()) throw new Error(`is not true: ${condition.toString()}`);
    },
    close: async () => undefined,
  };
});

function rawNode(node: Node): StoredObject {
  const { name, uid, labels, taints, cordonedBy, isUnschedulable } = node;
  const mark = cordonedBy && { [CORDON_ANNOTATION]: formatCordonMark(cordonedBy) };
  return {
    metadata: { name, uid, labels, ...(mark && { annotations: mark }) },
    spec: { ...(isUnschedulable && { unschedulable: true }), ...(taints.length > 0 && { taints }) },
  };
}

function rawPod({ namespace, name, uid, labels, nodeName, phase }: Pod): StoredObject {
  return {
    metadata: { namespace, name, uid, labels },
    spec: { nodeName, containers: [] },
    status: { phase },
  };
}

function rawBudget(name: string): StoredObject {
  const selector = { matchLabels: { app: 'web' } };
  return { metadata: { namespace: 'default', name, uid: `uid-${name}` }, spec: { selector } };
}
