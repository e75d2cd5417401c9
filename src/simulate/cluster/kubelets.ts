import type { Node } from '../../model/node.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import type { EventLog } from '../base/event-log.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Workload } from './workload.ts';

/** The node monitor's grace period: a silent kubelet's node turns NotReady after it (facts: K3s 18). */
const NOT_READY_AFTER_MS = 40_000;
/** The default toleration of not-ready nodes: then their pods are evicted. */
const EVICT_AFTER_MS = 300_000;
const DEFAULT_START_SECONDS = 4;
const DEFAULT_STOP_SECONDS = 3;
const DEFAULT_RUN_SECONDS = 60;
const PULL_SECONDS = { least: 3, perRequestedMiB: 0.05 } as const;

export interface KubeletWorld {
  readonly clock: VirtualClock;
  readonly state: ClusterState;
  readonly log: EventLog;
  /** Whether a workload's first pod on a node waits for its image. */
  readonly pullsImages: boolean;
  readonly workload: (uid: string) => Workload | undefined;
  /** `matters`: those who watch from outside are told too. */
  readonly changed: (matters: boolean) => void;
}

/** The kubelets of all nodes: they register, start and stop pods, and die. */
export class Kubelets {
  readonly #world: KubeletWorld;
  readonly #dead = new Set<string>();
  /** Images on each node, by workload. */
  readonly #images = new Map<string, Set<string>>();

  constructor(world: KubeletWorld) {
    this.#world = world;
  }

  isAlive(nodeName: string): boolean {
    return !this.#dead.has(nodeName) && this.#world.state.node(nodeName) !== undefined;
  }

  /** A machine's agent joins: its Node appears, not ready yet. */
  register(node: Node): void {
    this.#world.log.add('node-registered', { node: node.name, zone: node.zone, lifecycle: node.lifecycle });
    this.#world.state.putNode(node);
    this.#world.changed(true);
  }

  becomeReady(nodeName: string): void {
    const node = this.#world.state.node(nodeName);
    if (node === undefined || node.isReady || this.#dead.has(nodeName)) return;
    this.#setReady(node, true);
  }

  /** The machine or its kubelet is gone without a word. */
  die(nodeName: string): void {
    if (this.#dead.has(nodeName)) return;
    this.#dead.add(nodeName);
    const { clock, state } = this.#world;
    state.touch();
    clock.after(NOT_READY_AFTER_MS, () => {
      const node = state.node(nodeName);
      if (node === undefined || !this.#dead.has(nodeName)) return;
      if (node.isReady) this.#setReady(node, false);
      clock.after(EVICT_AFTER_MS, () => this.#giveUp(nodeName));
    });
  }

  /** The kubelet of a machine that was stopped reports again; without its Node it may not (facts: joining 4). */
  comeBack(nodeName: string): void {
    if (this.#world.state.node(nodeName) === undefined) return;
    this.#dead.delete(nodeName);
    this.becomeReady(nodeName);
  }

  /** Starts a pod that was just bound to its node. */
  start(pod: Pod): void {
    const { clock, state, changed } = this.#world;
    const seconds = (this.#template(pod)?.startSeconds ?? DEFAULT_START_SECONDS) + this.#pullSeconds(pod);
    clock.after(seconds * 1_000, () => {
      const now = state.pod(pod.uid);
      if (now?.nodeName === undefined || now.phase !== 'Pending' || !this.isAlive(now.nodeName)) return;
      state.putPod({ ...now, phase: 'Running' });
      changed(false);
      if (now.owner?.kind === 'Job') this.#work(now);
    });
  }

  /** Larger workloads have larger images; a node keeps those that it has pulled. */
  #pullSeconds({ nodeName = '', owner, requests }: Pod): number {
    if (!this.#world.pullsImages) return 0;
    const images = this.#images.get(nodeName) ?? new Set<string>();
    this.#images.set(nodeName, images);
    const image = owner?.kind === 'Job' ? owner.name.replace(/-\d+$/, '') : (owner?.name ?? '');
    if (images.has(image)) return 0;
    images.add(image);
    return PULL_SECONDS.least + requests.memoryMiB * PULL_SECONDS.perRequestedMiB;
  }

  /** A Job's pod ends by itself once its work is done. */
  #work(pod: Pod): void {
    const { clock, state, changed, log } = this.#world;
    const seconds = this.#template(pod)?.runSeconds ?? DEFAULT_RUN_SECONDS;
    clock.after(seconds * 1_000, () => {
      const now = state.pod(pod.uid);
      if (now?.nodeName === undefined || now.phase !== 'Running' || !this.isAlive(now.nodeName)) return;
      log.add('pod-succeeded', { pod: podRef(pod), node: now.nodeName });
      state.putPod({ ...now, phase: 'Succeeded' });
      changed(true);
    });
  }

  /** Asks for the pod's end; it is gone once its kubelet has stopped it, at the latest after the grace period. */
  stop(pod: Pod, graceSeconds: number): void {
    const { clock, state, changed } = this.#world;
    if (pod.deletionRequestedAtMs !== undefined) return;
    if (pod.nodeName === undefined) {
      state.deletePod(pod.uid);
      changed(true);
      return;
    }
    state.putPod({ ...pod, deletionRequestedAtMs: clock.now() });
    changed(false);
    const seconds = Math.min(graceSeconds, this.#template(pod)?.stopSeconds ?? DEFAULT_STOP_SECONDS);
    clock.after(seconds * 1_000, () => this.#stopped(pod));
  }

  #stopped(pod: Pod): void {
    const { state, changed, log } = this.#world;
    const now = state.pod(pod.uid);
    if (now?.nodeName === undefined || !this.isAlive(now.nodeName)) return;
    log.add('pod-stopped', { pod: podRef(pod), node: now.nodeName });
    state.deletePod(pod.uid);
    changed(true);
  }

  /** The taint manager evicts from a dead node; without a kubelet the pods stay Terminating until the Node is deleted. */
  #giveUp(nodeName: string): void {
    const { clock, state, changed } = this.#world;
    if (!this.#dead.has(nodeName)) return;
    for (const pod of state.podsOn(nodeName)) {
      if (pod.deletionRequestedAtMs === undefined && pod.owner?.kind !== 'DaemonSet')
        state.putPod({ ...pod, deletionRequestedAtMs: clock.now() });
    }
    changed(true);
  }

  #setReady(node: Node, isReady: boolean): void {
    const { clock, state, changed, log } = this.#world;
    log.add(isReady ? 'node-ready' : 'node-not-ready', { node: node.name });
    state.putNode({ ...node, isReady, readyChangedAtMs: clock.now() });
    changed(true);
  }

  #template(pod: Pod): Workload['template'] | undefined {
    return pod.owner === undefined ? undefined : this.#world.workload(pod.owner.uid)?.template;
  }
}
