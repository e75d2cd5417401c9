import { untilSettled } from '../harness/fleet-state.ts';
import { eventually } from '../harness/poll.ts';
import { STEADY, testPolicy } from '../harness/test-policy.ts';
import { deploy, runningPods, scale } from '../harness/workloads.ts';
import type { World } from '../harness/world.ts';
import { type CallKind, LAUNCH_CALLS, REMOVAL_CALLS } from './mutating-calls.ts';
import { ReplicaPair } from './replica-pair.ts';

export type OperationKind = 'launch' | 'removal';

interface End {
  readonly calls: readonly CallKind[];
  readonly workers: number;
  /** Two fit on a machine. */
  readonly pods: number;
}

export const ENDS: Readonly<Record<OperationKind, End>> = {
  launch: { calls: LAUNCH_CALLS, workers: 3, pods: 5 },
  removal: { calls: REMOVAL_CALLS, workers: 2, pods: 4 },
};
const APP = 'web';

/** A fleet that goes from two workers to three by one launch, and back by one removal, as often as a test likes. */
export class LaunchesAndRemovals {
  readonly replicas: ReplicaPair;
  readonly #world: World;
  #next: OperationKind = 'launch';

  private constructor(world: World, replicas: ReplicaPair) {
    this.#world = world;
    this.replicas = replicas;
  }

  static async start(world: World): Promise<LaunchesAndRemovals> {
    world.exporters.setAll(STEADY);
    await world.setPolicy(policyOf(ENDS.removal));
    const fleet = new LaunchesAndRemovals(world, await ReplicaPair.start(world));
    await deploy(world.kube, { name: APP, replicas: ENDS.removal.pods, cpu: '900m' });
    await fleet.untilWhole('removal');
    return fleet;
  }

  /** Brings the fleet to where such an operation can begin. */
  async prepare(kind: OperationKind): Promise<void> {
    if (this.#next === kind) return;
    const between = this.#next;
    await this.begin(between);
    await this.untilWhole(between);
  }

  /** Makes one operation necessary, and does not wait for it. */
  async begin(kind: OperationKind): Promise<void> {
    const { pods } = ENDS[kind];
    this.#next = kind === 'launch' ? 'removal' : 'launch';
    if (kind === 'launch') await this.#world.setPolicy(policyOf(ENDS.launch));
    await scale(this.#world.kube, APP, pods);
    if (kind === 'launch') return;
    await this.#untilRunning(pods);
    await this.#world.setPolicy(policyOf(ENDS.removal));
  }

  /** Every worker usable, with its machine, and every pod running. */
  async untilWhole(kind: OperationKind): Promise<void> {
    await untilSettled(this.#world, ENDS[kind].workers, { everyMs: 50 });
    await this.#untilRunning(ENDS[kind].pods);
  }

  async #untilRunning(count: number): Promise<void> {
    await eventually(
      `${count} running pods`,
      async () => (await runningPods(this.#world.kube, APP)).length === count,
    );
  }
}

/** Above its maximum a fleet shrinks at once, whatever the load. */
function policyOf({ workers }: End): unknown {
  return testPolicy({ max: workers, minNodeAgeSeconds: 0, drainTimeoutSeconds: 60 });
}
