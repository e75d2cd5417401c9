import { stringify } from 'yaml';
import { ApiGate } from './api-gate.ts';
import { AutoscalerProcess } from './autoscaler-process.ts';
import { signedUrl } from './caller-path.ts';
import { applyCommit, installFlux } from './flux-stand-in.ts';
import { type InterruptionQueue, makeInterruptionQueue } from './interruption-queue.ts';
import type { KubeClient } from './kube-client.ts';
import { accountOf, type Machines, startMachines } from './machines.ts';
import { applyObject, type Layer, shippedObjects } from './manifests.ts';
import type { Prometheus } from './prometheus.ts';
import { type Started, startTogether, type Together } from './together.ts';

export const NAMESPACE = 'smartscale';
/** The shipped manifests of this cluster are what is tested. */
export const CLUSTER_NAME = 'production';
export const FLEET = { namespace: NAMESPACE, name: CLUSTER_NAME };
const ACCOUNT = 'smartscale';
/** What the autoscaler stands on and is made of, in the order in which Flux brings it. */
const LAYERS: readonly Layer[] = ['crds', 'infrastructure', 'autoscaler'];

/** Everything that a scenario runs on, started and stopped together. */
export interface World extends Machines, Together {
  /** Between the autoscaler and the API server. */
  readonly gate: ApiGate;
  readonly autoscaler: AutoscalerProcess;
  /** Another replica with the same rights and settings, for scenarios that start it. */
  readonly standby: AutoscalerProcess;
  /** What AWS would announce; autoscalers take from it. */
  readonly interruptions: InterruptionQueue;
  /** Puts a policy in force as Flux would, with the Git revision that it comes from. */
  readonly setPolicy: (policy: unknown, revision?: string) => Promise<void>;
}

/** Starts a world of this name; its logs stay in `.cache/e2e/<name>/` until the next run. */
export async function startWorld(name: string): Promise<World> {
  return startTogether(name, startParts);
}

async function startParts(folder: string, started: Started): Promise<Omit<World, keyof Together>> {
  const machines = await startMachines(folder, started, CLUSTER_NAME);
  const { kube, controlPlane, prometheus } = machines;
  await addFluxNamespace(kube);
  for (const object of LAYERS.flatMap((layer) => shippedObjects(layer))) await applyObject(kube, object);
  await installFlux(kube);
  const { adminAccess, serving } = controlPlane;
  const gate = await ApiGate.start(adminAccess.url, adminAccess.caFile, serving);
  started(gate, () => gate.stop());
  const interruptions = await makeInterruptionQueue(machines.moto.url);
  started(interruptions, async () => interruptions.close());
  const replica = async (name: string) => {
    const url = signedUrl(gate.url, name);
    return new AutoscalerProcess({
      name,
      folder,
      kubeconfig: await controlPlane.kubeconfigFor(NAMESPACE, ACCOUNT, { url, name }),
      args: argumentsFor(prometheus),
      env: {
        ...accountOf(machines, CLUSTER_NAME),
        AWS_ENDPOINT_URL: signedUrl(machines.proxy.url, name),
        SMARTSCALE_INTERRUPTION_QUEUE_URL: interruptions.url,
      },
    });
  };
  const [autoscaler, standby] = [await replica('smartscale'), await replica('standby')];
  for (const process of [autoscaler, standby]) started(process, () => process.kill());
  const setPolicy = (policy: unknown, revision?: string) => applyPolicy(kube, policy, revision);
  return { ...machines, gate, interruptions, autoscaler, standby, setPolicy };
}

/** The shipped manifests give Flux's account for the policy its rights; Flux's installation brings the namespace. */
async function addFluxNamespace(kube: KubeClient): Promise<void> {
  await kube.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'flux-system' },
  });
}

/** As a commit to policy.yaml comes in. */
async function applyPolicy(kube: KubeClient, policy: unknown, revision = 'main@sha1:0'): Promise<void> {
  const text = typeof policy === 'string' ? policy : stringify(policy);
  await applyCommit(kube, FLEET, { text, revision });
}

function argumentsFor(prometheus: Prometheus): readonly string[] {
  return [`--cluster-name=${CLUSTER_NAME}`, `--namespace=${NAMESPACE}`, `--prometheus-url=${prometheus.url}`];
}
