import type { DisruptionBudget } from '../../src/model/disruption-budget.ts';
import { type Announcement, withAnnouncement } from '../../src/model/interruption.ts';
import { type CordonMark, type Node, STARTUP_TAINT_KEY } from '../../src/model/node.ts';
import type { EvictionOutcome, SurgeOutcome } from '../../src/model/outcome.ts';
import { type Pod, podRef } from '../../src/model/pod.ts';
import { selects } from '../../src/model/selector.ts';
import type { Cluster, ClusterView } from '../../src/ports.ts';

/** A cluster in memory: writes are recorded and seen at once, evictions are answered as scripted, else as budgets say. */
export class RecordingCluster implements Cluster {
  nodes: Node[] = [];
  pods: Pod[] = [];
  budgets: DisruptionBudget[] = [];
  /** Answers to the next evictions; afterwards a pod is evicted, and gone at once, unless a budget forbids it. */
  readonly scriptedEvictions: (EvictionOutcome | Error)[] = [];
  surgeOutcome: SurgeOutcome = 'begun';
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
    const node = this.#node(nodeName);
    if (node === undefined) return 'gone';
    const owner = node.cordonedBy?.operationId;
    if (node.isUnschedulable && (owner === undefined || owner === mark.operationId)) return 'done';
    this.#write(nodeName, { isUnschedulable: true, cordonedBy: mark });
    return 'done';
  }

  async uncordon(nodeName: string, operationId: string): Promise<'done' | 'gone' | 'not-ours'> {
    this.#log.push(`uncordon ${nodeName}`);
    const node = this.#node(nodeName);
    if (node === undefined) return 'gone';
    const owner = node.cordonedBy?.operationId;
    if (owner === undefined) return node.isUnschedulable ? 'not-ours' : 'done';
    if (owner !== operationId) return 'not-ours';
    this.#write(nodeName, { isUnschedulable: false, cordonedBy: undefined });
    return 'done';
  }

  async evict(pod: Pod, graceSeconds: number): Promise<EvictionOutcome> {
    this.#log.push(`evict ${podRef(pod)} ${graceSeconds}`);
    const scripted = this.scriptedEvictions.shift() ?? this.#judge(pod);
    if (scripted instanceof Error) throw scripted;
    if (scripted.status === 'evicted') {
      this.pods = this.pods.filter(({ uid }) => uid !== pod.uid);
      this.change();
    }
    return scripted;
  }

  /** The new pod is ready at once, and the old one gone. */
  async surge(pod: Pod, operationId: string): Promise<SurgeOutcome> {
    this.#log.push(`surge ${podRef(pod)} ${operationId}`);
    if (this.surgeOutcome !== 'begun') return this.surgeOutcome;
    this.pods = this.pods.filter(({ uid }) => uid !== pod.uid);
    this.change();
    return 'begun';
  }

  async deleteNode(nodeName: string, uid: string): Promise<'done' | 'gone'> {
    this.#log.push(`delete-node ${nodeName}`);
    const before = this.nodes.length;
    this.nodes = this.nodes.filter((node) => node.name !== nodeName || node.uid !== uid);
    if (this.nodes.length === before) return 'gone';
    this.change();
    return 'done';
  }

  async rememberAnnouncement(nodeName: string, announcement: Announcement): Promise<'done' | 'gone'> {
    this.#log.push(`remember ${announcement.kind} ${nodeName}`);
    const node = this.#node(nodeName);
    if (node === undefined) return 'gone';
    this.#write(nodeName, { announced: withAnnouncement(node.announced ?? [], announcement) });
    return 'done';
  }

  async admitNode(nodeName: string): Promise<'done' | 'gone'> {
    this.#log.push(`admit ${nodeName}`);
    const node = this.#node(nodeName);
    if (node === undefined) return 'gone';
    this.#write(nodeName, { taints: node.taints.filter(({ key }) => key !== STARTUP_TAINT_KEY) });
    return 'done';
  }

  #node(nodeName: string): Node | undefined {
    return this.nodes.find(({ name }) => name === nodeName);
  }

  #write(nodeName: string, parts: Partial<Node>): void {
    this.edit(nodeName, parts);
    this.change();
  }

  #judge(pod: Pod): EvictionOutcome {
    if (!this.pods.some(({ uid }) => uid === pod.uid)) return { status: 'gone' };
    const [budget, second] = this.budgets.filter(
      ({ namespace, selector }) => namespace === pod.namespace && selects(selector, pod.labels),
    );
    if (second !== undefined) return { status: 'misconfigured', message: 'two budgets select the pod' };
    if (budget === undefined || budget.disruptionsAllowed > 0) return { status: 'evicted' };
    return { status: 'blocked', budget: budget.name, retryAfterMs: undefined };
  }

  #now(): ClusterView {
    const { nodes, pods, budgets } = this;
    return { nodes, pods, budgets, daemons: [] };
  }
}
