import type { DisruptionBudget } from '../../src/model/disruption-budget.ts';
import type { CordonMark, Node } from '../../src/model/node.ts';
import type { EvictionOutcome } from '../../src/model/outcome.ts';
import { type Pod, podRef } from '../../src/model/pod.ts';
import type { Cluster, ClusterView } from '../../src/ports.ts';

/** A cluster in memory: writes are recorded and seen at once, evictions are answered as scripted. */
export class RecordingCluster implements Cluster {
  nodes: Node[] = [];
  pods: Pod[] = [];
  budgets: DisruptionBudget[] = [];
  /** Answers to the next evictions; afterwards every pod is evicted and gone. */
  readonly evictionTurns: (EvictionOutcome | Error)[] = [];
  /** While set, the view stays as it was: a watch that lags behind. */
  #frozen: ClusterView | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #log: string[];

  constructor(log: string[]) {
    this.#log = log;
  }

  async synced(): Promise<void> {}

  view(): ClusterView {
    return this.#frozen ?? this.#now();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says that something changed. */
  change(): void {
    for (const listener of this.#listeners) listener();
  }

  freeze(): void {
    this.#frozen = this.#now();
  }

  thaw(): void {
    this.#frozen = undefined;
  }

  /** Changes the nodes of that name. */
  edit(name: string, parts: Partial<Node>): void {
    this.nodes = this.nodes.map((node) => (node.name === name ? { ...node, ...parts } : node));
  }

  async cordon(nodeName: string, mark: CordonMark): Promise<'done' | 'gone'> {
    this.#log.push(`cordon ${nodeName}`);
    if (!this.#has(nodeName)) return 'gone';
    this.edit(nodeName, { isUnschedulable: true, cordonedBy: mark });
    return 'done';
  }

  async uncordon(nodeName: string, operationId: string): Promise<'done' | 'gone' | 'not-ours'> {
    this.#log.push(`uncordon ${nodeName}`);
    const node = this.nodes.find(({ name }) => name === nodeName);
    if (node === undefined) return 'gone';
    if (node.cordonedBy?.operationId !== operationId) return 'not-ours';
    this.edit(nodeName, { isUnschedulable: false, cordonedBy: undefined });
    return 'done';
  }

  async evict(pod: Pod, graceSeconds: number): Promise<EvictionOutcome> {
    this.#log.push(`evict ${podRef(pod)} ${graceSeconds}`);
    const turn = this.evictionTurns.shift() ?? { status: 'evicted' };
    if (turn instanceof Error) throw turn;
    if (turn.status === 'evicted') this.pods = this.pods.filter(({ uid }) => uid !== pod.uid);
    return turn;
  }

  async deleteNode(nodeName: string, uid: string): Promise<'done' | 'gone'> {
    this.#log.push(`delete-node ${nodeName}`);
    const before = this.nodes.length;
    this.nodes = this.nodes.filter((node) => node.name !== nodeName || node.uid !== uid);
    return this.nodes.length < before ? 'done' : 'gone';
  }

  async admitNode(nodeName: string): Promise<'done' | 'gone'> {
    this.#log.push(`admit ${nodeName}`);
    if (!this.#has(nodeName)) return 'gone';
    this.edit(nodeName, { taints: [] });
    return 'done';
  }

  #has(nodeName: string): boolean {
    return this.nodes.some(({ name }) => name === nodeName);
  }

  #now(): ClusterView {
    const { nodes, pods, budgets } = this;
    return { nodes, pods, budgets, daemons: [] };
  }
}
