import type { AutoscalerProcess } from '../harness/autoscaler-process.ts';
import { eventually } from '../harness/poll.ts';
import { NAMESPACE, type World } from '../harness/world.ts';

const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/smartscale`;

function decisionsOf(replica: AutoscalerProcess): number {
  return replica.log().filter((line) => line['msg'] === 'decision').length;
}

/** Two replicas of which one leads; the one that died comes back as the other's standby. */
export class ReplicaPair {
  readonly #world: World;
  #leader: AutoscalerProcess;
  #standby: AutoscalerProcess;

  private constructor(world: World) {
    this.#world = world;
    [this.#leader, this.#standby] = [world.autoscaler, world.standby];
  }

  static async start(world: World): Promise<ReplicaPair> {
    const pair = new ReplicaPair(world);
    await pair.leader.start();
    await eventually('a leader', async () => (await pair.#holder()) !== '');
    await pair.#standby.start();
    await pair.#standby.untilReady();
    return pair;
  }

  get leader(): AutoscalerProcess {
    return this.#leader;
  }

  /**
   * Kills the leader and returns when the standby has taken over and decided. What is dead for certain cannot renew, so its lease is
   * ended here instead of being waited for.
   */
  async killLeader(): Promise<void> {
    await this.#standby.untilReady();
    const before = decisionsOf(this.#standby);
    await this.#leader.kill();
    await this.#world.kube.patch(LEASE, { spec: { holderIdentity: '' } });
    await this.#untilOtherLeads(before);
    await this.#standby.start();
  }

  /** Lets the leader stand still, and returns it when the standby has taken over and decided. */
  async pauseLeader(): Promise<AutoscalerProcess> {
    await this.#standby.untilReady();
    const before = decisionsOf(this.#standby);
    this.#leader.pause();
    await this.#untilOtherLeads(before);
    return this.#standby;
  }

  /** Whether those that end by themselves come back. */
  keepRunning(isKept: boolean): void {
    for (const replica of [this.#leader, this.#standby]) replica.keepRunning(isKept);
  }

  async #untilOtherLeads(before: number): Promise<void> {
    [this.#leader, this.#standby] = [this.#standby, this.#leader];
    await eventually('the successor to decide', () => decisionsOf(this.#leader) > before, { everyMs: 20 });
  }

  /** Empty when nobody holds the lease. */
  async #holder(): Promise<string> {
    const lease = await this.#world.kube.get(LEASE);
    return (lease['spec'] as { holderIdentity?: string }).holderIdentity ?? '';
  }
}
