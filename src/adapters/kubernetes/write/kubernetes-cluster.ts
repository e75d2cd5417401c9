import type { Announcement } from '../../../model/interruption.ts';
import type { CordonMark } from '../../../model/node.ts';
import type { EvictionOutcome, SurgeOutcome } from '../../../model/outcome.ts';
import type { Pod } from '../../../model/pod.ts';
import type { Cluster, ClusterView } from '../../../ports.ts';
import type { KubeTransport } from '../client.ts';
import { surgeDeployment } from './deployment-surge.ts';
import { NodeWrites } from './node-writes.ts';
import { evictPod } from './pod-eviction.ts';

/** The reading half of a cluster, such as the watch cache's `KubernetesView`. */
export type ClusterReader = Pick<Cluster, 'synced' | 'view' | 'onChange'>;

/** A live cluster: reads from the watch cache, writes through the API server with preconditions on what was read. */
export class KubernetesCluster implements Cluster {
  readonly #reader: ClusterReader;
  readonly #transport: KubeTransport;
  readonly #nodes: NodeWrites;

  constructor(reader: ClusterReader, transport: KubeTransport) {
    this.#reader = reader;
    this.#transport = transport;
    this.#nodes = new NodeWrites(transport);
  }

  synced(signal: AbortSignal): Promise<void> {
    return this.#reader.synced(signal);
  }

  view(): ClusterView {
    return this.#reader.view();
  }

  onChange(listener: () => void): () => void {
    return this.#reader.onChange(listener);
  }

  cordon(nodeName: string, mark: CordonMark, signal: AbortSignal): Promise<'done' | 'gone'> {
    return this.#nodes.cordon(nodeName, mark, signal);
  }

  uncordon(
    nodeName: string,
    operationId: string,
    signal: AbortSignal,
  ): Promise<'done' | 'gone' | 'not-ours'> {
    return this.#nodes.uncordon(nodeName, operationId, signal);
  }

  evict(pod: Pod, graceSeconds: number, signal: AbortSignal): Promise<EvictionOutcome> {
    const { budgets } = this.#reader.view();
    return evictPod(this.#transport, { pod, graceSeconds, budgets }, signal);
  }

  surge(pod: Pod, operationId: string, signal: AbortSignal): Promise<SurgeOutcome> {
    return surgeDeployment(this.#transport, { pod, operationId }, signal);
  }

  deleteNode(nodeName: string, uid: string, signal: AbortSignal): Promise<'done' | 'gone'> {
    return this.#nodes.delete(nodeName, uid, signal);
  }

  rememberAnnouncement(
    nodeName: string,
    announcement: Announcement,
    signal: AbortSignal,
  ): Promise<'done' | 'gone'> {
    return this.#nodes.rememberAnnouncement(nodeName, announcement, signal);
  }

  admitNode(nodeName: string, signal: AbortSignal): Promise<'done' | 'gone'> {
    return this.#nodes.admit(nodeName, signal);
  }
}
