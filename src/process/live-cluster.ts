import { type KubeCredentials, KubeTransport, loadKubeCredentials } from '../adapters/kubernetes/client.ts';
import { NodeFleetPolicySource, type NodeFleetRef } from '../adapters/kubernetes/policy.ts';
import { KubernetesView } from '../adapters/kubernetes/read.ts';
import type { Clock } from '../ports.ts';

export interface ClusterChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** A cluster that is looked at from now on: its connection, and the mirror of what deciding looks at. */
export interface LiveCluster {
  readonly credentials: KubeCredentials;
  readonly transport: KubeTransport;
  readonly view: KubernetesView;
  /** The policy that a NodeFleet of this cluster names, followed from now on. */
  policyOf(fleet: NodeFleetRef): NodeFleetPolicySource;
  /** Ends the mirrors and drops the connections; resolves when nothing is left open. */
  close(): Promise<void>;
}

/** Connects to the cluster and begins to mirror it. Throws a configuration `PortError` for unusable credentials. */
export function openCluster(choice: ClusterChoice, clock: Clock): LiveCluster {
  const { kubeconfig, context } = choice;
  const credentials = loadKubeCredentials({
    ...(kubeconfig === undefined ? {} : { file: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  const transport = new KubeTransport(credentials, clock);
  const mirror = { transport, clock, random: Math.random };
  const view = new KubernetesView(mirror);
  const stop = new AbortController();
  const running = [view.run(stop.signal)];
  return {
    credentials,
    transport,
    view,
    policyOf(fleet) {
      const source = new NodeFleetPolicySource(fleet, mirror);
      running.push(source.run(stop.signal));
      return source;
    },
    async close() {
      stop.abort();
      transport.close();
      await Promise.all(running);
    },
  };
}
