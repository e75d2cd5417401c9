import type { DaemonOverhead } from '../../model/daemon-overhead.ts';
import { type Announcement, withAnnouncement } from '../../model/interruption.ts';
import type { CordonMark, Node } from '../../model/node.ts';
import { STARTUP_TAINT_KEY } from '../../model/node.ts';
import type { EvictionOutcome, SurgeOutcome } from '../../model/outcome.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import type { Cluster, ClusterView } from '../../ports.ts';
import type { EventLog } from '../base/event-log.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import { NO_DETAILS, type WorldDetails } from '../base/world-details.ts';
import { ClusterState } from './cluster-state.ts';
import { governs, isHealthy, withStatus } from './disruption-controller.ts';
import { Kubelets } from './kubelets.ts';
import { chooseNode } from './scheduler.ts';
import { WorkloadControllers } from './workload-controllers.ts';
import type { BudgetSpec, Workload } from './workload.ts';

/** How long controllers and scheduler take to see a change, and watchers after them. */
const REACTION_MS = 20;
/** What a refused eviction says of coming back. */
const EVICTION_RETRY_MS = 5_000;

/** A Kubernetes cluster in memory: stored objects, the controllers that act on them, the scheduler, and kubelets. */
export class SimulatedCluster implements Cluster {
  readonly state = new ClusterState();
  readonly kubelets: Kubelets;
  readonly #clock: VirtualClock;
  readonly #log: EventLog;
  readonly #details: WorldDetails;
  readonly #controllers: WorkloadControllers;
  readonly #budgets: BudgetSpec[] = [];
  readonly #listeners = new Set<() => void>();
  #isReacting = false;
  #isRelevant = false;
  #view: { readonly version: number; readonly view: ClusterView } | undefined;

  constructor(clock: VirtualClock, log: EventLog, details: WorldDetails = NO_DETAILS) {
    this.#details = details;
    this.#clock = clock;
    this.#log = log;
    const writer = { create: (pod: Pod) => this.#create(pod), remove: (pod: Pod) => this.#remove(pod) };
    this.#controllers = new WorkloadControllers(this.state, writer, clock, details.has('zone-volumes'));
    this.kubelets = new Kubelets({
      clock,
      state: this.state,
      log,
      pullsImages: details.has('image-pulls'),
      workload: (uid) => this.#controllers.workload(uid),
      changed: (matters) => this.#changed(matters),
    });
  }

  apply(workload: Workload): void {
    this.#controllers.apply(workload);
    this.#changed(false);
  }

  delete(workload: Pick<Workload, 'kind' | 'namespace' | 'name'>): void {
    this.#controllers.remove(workload);
    this.#changed(true);
  }

  addBudget(spec: BudgetSpec): void {
    this.#budgets.push(spec);
    this.#changed(false);
  }

  workload(uid: string): Workload | undefined {
    return this.#controllers.workload(uid);
  }

  /** Whether all pods of the Job have succeeded. */
  isDone(job: Workload): boolean {
    return this.#controllers.isDone(job);
  }

  workloads(): readonly Workload[] {
    return this.#controllers.workloads();
  }

  async synced(): Promise<void> {}

  view(): ClusterView {
    const { version } = this.state;
    if (this.#view?.version === version) return this.#view.view;
    const view: ClusterView = {
      nodes: this.state.nodes(),
      pods: this.state.pods(),
      budgets: this.#budgets.map((spec) => withStatus(spec, this.state)),
      daemons: this.#daemons(),
    };
    this.#view = { version, view };
    return view;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async cordon(nodeName: string, mark: CordonMark): Promise<'done' | 'gone'> {
    const node = this.state.node(nodeName);
    if (node === undefined) return 'gone';
    const owner = node.cordonedBy?.operationId;
    if (node.isUnschedulable && (owner === undefined || owner === mark.operationId)) return 'done';
    this.#log.add('cordon', { node: nodeName, operation: mark.operationId });
    this.#putNode({ ...node, isUnschedulable: true, cordonedBy: mark });
    return 'done';
  }

  async uncordon(nodeName: string, operationId: string): Promise<'done' | 'gone' | 'not-ours'> {
    const node = this.state.node(nodeName);
    if (node === undefined) return 'gone';
    const owner = node.cordonedBy?.operationId;
    if (owner === undefined) return node.isUnschedulable ? 'not-ours' : 'done';
    if (owner !== operationId) return 'not-ours';
    this.#log.add('uncordon', { node: nodeName, operation: operationId });
    this.#putNode({ ...node, isUnschedulable: false, cordonedBy: undefined });
    return 'done';
  }

  /** A manual cordon or uncordon; ours is unchanged. */
  setUnschedulable(nodeName: string, isUnschedulable: boolean): void {
    const node = this.state.node(nodeName);
    if (node !== undefined && node.cordonedBy === undefined) this.#putNode({ ...node, isUnschedulable });
  }

  /** Notifies the listeners, as after a stale watch. */
  announce(): void {
    this.#changed(true);
  }

  async evict(pod: Pod, graceSeconds: number): Promise<EvictionOutcome> {
    const stored = this.state.pod(pod.uid);
    if (stored === undefined) return { status: 'gone' };
    const outcome = this.#judge(stored);
    this.#log.add('evict', { pod: podRef(stored), node: stored.nodeName, outcome: outcome.status });
    if (outcome.status === 'evicted' && stored.deletionRequestedAtMs === undefined)
      this.kubelets.stop(stored, Math.min(graceSeconds, stored.graceSeconds));
    return outcome;
  }

  async surge(pod: Pod): Promise<SurgeOutcome> {
    const stored = this.state.pod(pod.uid);
    if (stored?.owner?.kind !== 'Deployment') return 'gone';
    this.#log.add('surge', { pod: podRef(stored), node: stored.nodeName });
    this.#controllers.replace(stored);
    this.#changed(true);
    return 'begun';
  }

  async deleteNode(nodeName: string, uid: string): Promise<'done' | 'gone'> {
    const node = this.state.node(nodeName);
    if (node === undefined || node.uid !== uid) return 'gone';
    this.#log.add('node-deleted', { node: nodeName });
    this.state.deleteNode(nodeName);
    // PodGC: pods of a node that does not exist are removed by force.
    for (const pod of this.state.podsOn(nodeName)) this.state.deletePod(pod.uid);
    this.#changed(true);
    return 'done';
  }

  async rememberAnnouncement(nodeName: string, announcement: Announcement): Promise<'done' | 'gone'> {
    const node = this.state.node(nodeName);
    if (node === undefined) return 'gone';
    this.#putNode({ ...node, announced: withAnnouncement(node.announced ?? [], announcement) });
    return 'done';
  }

  async admitNode(nodeName: string): Promise<'done' | 'gone'> {
    const node = this.state.node(nodeName);
    if (node === undefined) return 'gone';
    const taints = node.taints.filter((taint) => taint.key !== STARTUP_TAINT_KEY);
    if (taints.length === node.taints.length) return 'done';
    this.#log.add('node-admitted', { node: nodeName });
    this.#putNode({ ...node, taints });
    return 'done';
  }

  /** Evictions that budgets allow are recorded by the deletion they cause, so the next one sees less room. */
  #judge(pod: Pod): EvictionOutcome {
    if (!isHealthy(pod, this.state)) return { status: 'evicted' };
    const [budget, second] = this.#budgets.filter((spec) => governs(spec, pod));
    if (second !== undefined)
      return {
        status: 'misconfigured',
        message:
          'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      };
    if (budget === undefined || withStatus(budget, this.state).disruptionsAllowed > 0)
      return { status: 'evicted' };
    return { status: 'blocked', budget: budget.name, retryAfterMs: EVICTION_RETRY_MS };
  }

  #daemons(): readonly DaemonOverhead[] {
    return this.#controllers
      .workloads()
      .filter((workload) => workload.kind === 'DaemonSet')
      .map(({ namespace, name, template }) => ({
        name: `${namespace}/${name}`,
        namespace,
        labels: template.labels,
        requests: template.requests,
        hostPorts: template.hostPorts ?? [],
        nodeSelector: template.nodeSelector ?? [],
        nodeAffinityTerms: [],
        tolerations: template.tolerations ?? [],
      }));
  }

  #putNode(node: Node): void {
    this.state.putNode(node);
    this.#changed(true);
  }

  #create(pod: Pod): void {
    this.state.putPod(pod);
    if (pod.nodeName !== undefined) this.kubelets.start(pod);
    this.#changed(false);
  }

  #remove(pod: Pod): void {
    this.kubelets.stop(pod, pod.graceSeconds);
  }

  /** `matters`: also to those who watch from outside. */
  #changed(matters: boolean): void {
    this.#isRelevant ||= matters;
    if (this.#isReacting) return;
    this.#isReacting = true;
    this.#clock.after(REACTION_MS, () => this.#react());
  }

  #react(): void {
    this.#controllers.reconcile();
    this.#schedule();
    this.#isReacting = false;
    if (!this.#isRelevant) return;
    this.#isRelevant = false;
    if (this.#listeners.size > 0) this.#clock.stir();
    for (const listener of this.#listeners) listener();
  }

  #schedule(): void {
    const hopeless = new Set<string>();
    const queue = [...this.state.unbound()].sort(
      (a, b) => b.priority - a.priority || a.createdAtMs - b.createdAtMs,
    );
    for (const pod of queue) {
      // Pods of one owner are alike: where one does not fit now, the next does not either.
      const kin = pod.owner?.uid ?? pod.uid;
      if (pod.deletionRequestedAtMs !== undefined) continue;
      const nodeName = hopeless.has(kin)
        ? undefined
        : chooseNode(pod, this.state, this.#details.has('scheduler-scores'));
      if (nodeName !== undefined) this.#bind(pod, nodeName);
      else {
        hopeless.add(kin);
        this.#markUnschedulable(pod);
      }
    }
  }

  #bind(pod: Pod, nodeName: string): void {
    const bound = { ...pod, nodeName, unschedulableSinceMs: undefined };
    this.state.putPod(bound);
    this.#log.add('bind', { pod: podRef(pod), node: nodeName });
    this.kubelets.start(bound);
  }

  #markUnschedulable(pod: Pod): void {
    if (pod.unschedulableSinceMs !== undefined) return;
    const schedulerMessage = `0/${this.state.nodes().length} nodes are available`;
    this.state.putPod({ ...pod, unschedulableSinceMs: this.#clock.now(), schedulerMessage });
    this.#log.add('unschedulable', { pod: podRef(pod) });
    this.#isRelevant = true;
  }
}
