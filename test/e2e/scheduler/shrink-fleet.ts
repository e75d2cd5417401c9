import { decide } from '../../../src/decide/decide.ts';
import type { RemoveAction } from '../../../src/model/plan.ts';
import { RandomStream } from '../../../src/simulate/base/random-stream.ts';
import { aPolicy } from '../../builders/policy.ts';
import { KubeError, type KubeObject } from '../harness/kube-client.ts';
import { eventually } from '../harness/poll.ts';
import { removeNode } from './add-nodes.ts';
import { observedSnapshot } from './observed-snapshot.ts';
import type { PlannedWorkload } from './plan-fleet.ts';
import { keyOf, type PodKey } from './pod-watch.ts';
import type { SchedulerLab } from './scheduler-lab.ts';

/** One removal, acted out. */
export interface Removal {
  readonly node: string;
  readonly evicted: number;
  /** What went wrong: pods without a new place, evictions that were refused for good, pods that must not move, budgets left short. */
  readonly faults: readonly string[];
}

/** Empties nodes as soon as rules allow, whatever the load was. */
const POLICY = aPolicy({
  nodes: { min: 0, max: 5_000, minPerZone: 0 },
  spot: { onDemandBase: 0 },
  shrink: { minNodeAgeSeconds: 0, unneededSeconds: 0, minUseSeconds: 0 },
});
/** How often load goes down, and by how many of a hundred pods that are left. */
const WAVES = 3;
const ENDING_PERCENT = 35;

/**
 * Ends a third of the pods, as when load goes down, and then removes what `decide` says, node by node, as the autoscaler
 * and the pods' controllers would: cordon, evict through the API, make each pod anew, delete the node. And so twice more.
 */
export async function shrinkFleet(lab: SchedulerLab, planned: PlannedWorkload): Promise<readonly Removal[]> {
  const fleet = new ShrinkingFleet(lab, planned);
  await lab.create(planned.workload.budgets);
  const removals: Removal[] = [];
  for (let wave = 0; wave < WAVES; wave += 1) {
    await fleet.loseLoad();
    for (let action = await fleet.nextRemoval(); action !== undefined; action = await fleet.nextRemoval()) {
      removals.push(await fleet.remove(action));
    }
  }
  return removals;
}

interface BudgetStatus {
  readonly observedGeneration?: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly disruptionsAllowed: number;
}

class ShrinkingFleet {
  readonly #lab: SchedulerLab;
  readonly #planned: PlannedWorkload;
  /** The pods that live, as they were created. */
  readonly #pods: Map<PodKey, KubeObject>;
  readonly #ready = new Set<PodKey>();
  readonly #chance: RandomStream;
  #made = 0;

  constructor(lab: SchedulerLab, planned: PlannedWorkload) {
    this.#lab = lab;
    this.#planned = planned;
    this.#chance = new RandomStream(`${planned.workload.name}/shrink`);
    this.#pods = new Map(planned.pods.map((pod) => [keyOf(pod), pod]));
  }

  /** Pods that wait end, too: while any does, nothing is removed. */
  async loseLoad(): Promise<void> {
    for (const key of this.#pods.keys()) {
      const isBound = this.#lab.watch.pods.get(key)?.nodeName !== undefined;
      if (this.#chance.next() * 100 < ENDING_PERCENT || !isBound) this.#pods.delete(key);
    }
    await this.#lab.removePods((pod) => 'app' in pod.labels && !this.#pods.has(pod.key));
  }

  async nextRemoval(): Promise<RemoveAction | undefined> {
    await this.#untilBudgetsAreCounted();
    const nowMs = Date.now();
    const { offerings } = this.#planned.workload;
    const plan = decide(POLICY, await observedSnapshot(this.#lab, { offerings, nowMs }), nowMs);
    return plan.actions.find((action) => action.kind === 'remove');
  }

  async remove({ nodeName }: RemoveAction): Promise<Removal> {
    const { kube, watch } = this.#lab;
    const leaving = [...this.#pods].filter(([key]) => watch.pods.get(key)?.nodeName === nodeName);
    await kube.patch(`/api/v1/nodes/${nodeName}`, { spec: { unschedulable: true } });
    if (leaving.length > 0) await this.#lab.untilNodesAreSeen();
    const faults = leaving.flatMap(([, pod]) => mustStay(pod, this.#planned));
    const shortBefore = await this.#shortBudgets();
    const anew: KubeObject[] = [];
    for (const [key, pod] of leaving) {
      const refusal = await this.#evict(pod);
      if (refusal !== undefined) faults.push(`${key} could not be evicted: ${refusal}`);
      else anew.push(await this.#makeAnew(pod));
    }
    for (const pod of anew) {
      const { nodeName: place, refusal } = watch.pods.get(keyOf(pod)) ?? {};
      if (place === undefined) faults.push(`${keyOf(pod)} has no new place: ${refusal}`);
    }
    for (const [budget, lacking] of await this.#shortBudgets()) {
      if (lacking > (shortBefore.get(budget) ?? 0)) faults.push(`${budget} lacks ${lacking} healthy pods`);
    }
    await removeNode(this.#lab, nodeName);
    return { node: nodeName, evicted: leaving.length, faults };
  }

  /** Through the API, which asks the disruption budgets; `undefined` when it went, else the last refusal. */
  async #evict(pod: KubeObject): Promise<string | undefined> {
    const { name, namespace } = pod.metadata;
    const path = `${await this.#lab.pathOf(pod)}/${name}/eviction`;
    const eviction = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
      deleteOptions: { gracePeriodSeconds: 0 },
    };
    try {
      // A budget may be spent by the pod before until its successor is Ready and counted.
      await this.#untilBudgetsAreCounted();
      await this.#lab.kube.create(path, eviction);
    } catch (error) {
      if (error instanceof KubeError && error.status === 429) return error.message;
      throw error;
    }
    this.#pods.delete(keyOf(pod));
    await this.#lab.watch.until(() => !this.#lab.watch.pods.has(keyOf(pod)), `${keyOf(pod)} to go`);
    return undefined;
  }

  /** What its controller does as soon as a pod is gone. */
  async #makeAnew(pod: KubeObject): Promise<KubeObject> {
    this.#made += 1;
    const anew = { ...pod, metadata: { ...pod.metadata, name: `${pod.metadata.name}-${this.#made}` } };
    this.#pods.set(keyOf(anew), anew);
    await this.#lab.create([anew]);
    await this.#lab.settle([keyOf(anew)]);
    await this.#makeReady(anew);
    return anew;
  }

  /** What a kubelet says of a pod that it started. */
  async #makeReady(pod: KubeObject): Promise<void> {
    if (this.#lab.watch.pods.get(keyOf(pod))?.nodeName === undefined) return;
    this.#ready.add(keyOf(pod));
    const conditions = [{ type: 'Ready', status: 'True' }];
    await this.#lab.kube.patch(`${await this.#lab.pathOf(pod)}/${pod.metadata.name}/status`, {
      status: { phase: 'Running', conditions },
    });
  }

  /** The disruption controller writes down what it allows a moment after the pods have changed. */
  async #untilBudgetsAreCounted(): Promise<void> {
    await eventually('the disruption budgets to be counted', async () => {
      const waiting = [...this.#pods].filter(([key]) => !this.#ready.has(key));
      await Promise.all(waiting.map(([, pod]) => this.#makeReady(pod)));
      const budgets = await this.#lab.kube.list('/apis/policy/v1/poddisruptionbudgets');
      return budgets.every((budget) => this.#isCounted(budget));
    });
  }

  /** How many healthy pods budgets lack, of those that lack any: an application may have been short before. */
  async #shortBudgets(): Promise<ReadonlyMap<string, number>> {
    await this.#untilBudgetsAreCounted();
    const budgets = await this.#lab.kube.list('/apis/policy/v1/poddisruptionbudgets');
    return new Map(
      budgets.flatMap(({ metadata, ...budget }): [string, number][] => {
        const { desiredHealthy, currentHealthy } = budget['status'] as BudgetStatus;
        const lacking = desiredHealthy - currentHealthy;
        return lacking > 0 ? [[`${metadata.namespace}/${metadata.name}`, lacking]] : [];
      }),
    );
  }

  #isCounted({ metadata, ...budget }: KubeObject): boolean {
    const status = budget['status'] as BudgetStatus | undefined;
    if (status?.observedGeneration === undefined) return false;
    const alive = [...this.#pods.values()].filter(
      (pod) =>
        pod.metadata.namespace === metadata.namespace &&
        pod.metadata.labels?.['app'] === metadata.name &&
        this.#lab.watch.pods.get(keyOf(pod))?.nodeName !== undefined,
    );
    const seen = this.#lab.view
      .view()
      .budgets.find((one) => one.namespace === metadata.namespace && one.name === metadata.name);
    return status.currentHealthy === alive.length && seen?.disruptionsAllowed === status.disruptionsAllowed;
  }
}

/** Why no drain may touch the pod, told without the product's own rules. */
function mustStay(pod: KubeObject, { workload }: PlannedWorkload): string[] {
  const [owner] = pod.metadata.ownerReferences ?? [];
  const replicas = workload.owners.find(({ metadata }) => metadata.name === owner?.['name'])?.['spec']
    .replicas;
  const reasons = [
    owner === undefined ? 'nobody would make it again' : undefined,
    owner?.['kind'] === 'StatefulSet' ? 'it belongs to a StatefulSet' : undefined,
    replicas === 1 ? 'it is the only one' : undefined,
    pod.metadata.annotations?.['smartscale.dev/do-not-disrupt'] === 'true' ? 'it says so' : undefined,
  ];
  return reasons.filter((why) => why !== undefined).map((why) => `${keyOf(pod)} must stay: ${why}`);
}
