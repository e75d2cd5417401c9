import { type Instance, isAlive } from '../../../src/model/instance.ts';
import { isAdmitted, type Node } from '../../../src/model/node.ts';
import { type Lifecycle, offeringKey } from '../../../src/model/offering.ts';
import { needsEviction, type Pod } from '../../../src/model/pod.ts';
import type { RunningController, StartController } from '../../../src/simulate/process/replicas.ts';
import type { WorldPorts } from '../../../src/simulate/world/world-ports.ts';

const TYPES = ['t3.small', 't3a.small'] as const;
const ZONES = ['ap-southeast-1a', 'ap-southeast-1b'] as const;
const LOOK_MS = 15_000;
/** A node is terminated with what is left on it after this long, as a lifecycle hook does. */
const DRAIN_MS = 300_000;
const GRACE_SECONDS = 60;

/** What a rule sees of the fleet. */
export interface FleetLook {
  /** Virtual milliseconds since the world began. */
  readonly nowMs: number;
  /** Workers that are alive and stay. */
  readonly workers: number;
  /** Mean CPU load of the ready workers over the last minute, 0..100; `undefined` when unknown. */
  readonly cpuPercent: number | undefined;
  readonly waitingPods: number;
}

/** How many workers a peer wants: it buys up to `least` and removes down to `most`. */
export interface FleetRule {
  readonly wanted: (look: FleetLook) => { readonly least: number; readonly most: number };
  /** Of the next worker, by those that there are. */
  readonly lifecycle: (alive: readonly Instance[]) => Lifecycle;
  /** Whether nothing is bought in the zone now. @default never */
  readonly avoids?: (zone: string, nowMs: number) => boolean;
}

/** A controller that keeps a fleet at the size that a rule asks for; new ones for each world, since rules remember. */
export function peerFleet(ruleOf: () => FleetRule): StartController {
  return (ports) => {
    const stop = new AbortController();
    const running = new PeerFleet(ports, ruleOf()).run(stop.signal);
    return {
      async stop() {
        stop.abort();
        await running;
      },
    } satisfies RunningController;
  };
}

class PeerFleet {
  readonly #ports: WorldPorts;
  readonly #rule: FleetRule;
  /** Since when each node that leaves is drained. */
  readonly #drainingSinceMs = new Map<string, number>();
  #launches = 0;

  constructor(ports: WorldPorts, rule: FleetRule) {
    this.#ports = ports;
    this.#rule = rule;
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#ports.cloud.offerings({ types: TYPES, zones: ZONES }, signal);
    while (!signal.aborted) {
      await this.#look(signal);
      await this.#ports.clock.sleep(LOOK_MS, signal);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { cloud, clock, cluster } = this.#ports;
    const instances = await cloud.instances(signal);
    await this.#tendNodes(instances, signal);
    const staying = instances.filter((one) => isAlive(one) && !this.#drainingSinceMs.has(one.id));
    const { least, most } = this.#rule.wanted({
      nowMs: clock.monotonicMs(),
      workers: staying.length,
      cpuPercent: await this.#cpuPercent(signal),
      waitingPods: cluster.view().pods.filter(isWaiting).length,
    });
    const alive = [...staying];
    for (let n = staying.length; n < least; n += 1) {
      const instance = await this.#launch(alive, signal);
      if (instance !== undefined) alive.push(instance);
    }
    for (let n = staying.length; n > most; n -= 1) this.#beginDrain(alive);
    await this.#drain(instances, signal);
  }

  /** Admits what is ready and deletes the Nodes of machines that are gone. */
  async #tendNodes(instances: readonly Instance[], signal: AbortSignal): Promise<void> {
    const { cluster } = this.#ports;
    const alive = new Set(instances.filter(isAlive).map(({ id }) => id));
    for (const node of cluster.view().nodes.filter((one) => !one.isControlPlane)) {
      if (!alive.has(node.name)) await cluster.deleteNode(node.name, node.uid, signal);
      else if (node.isReady && !isAdmitted(node)) await cluster.admitNode(node.name, signal);
    }
  }

  async #launch(alive: readonly Instance[], signal: AbortSignal): Promise<Instance | undefined> {
    const first = this.#rule.lifecycle(alive);
    const crowd = (zone: string) => alive.filter((one) => one.zone === zone).length;
    const nowMs = this.#ports.clock.monotonicMs();
    const open = ZONES.filter((zone) => this.#rule.avoids?.(zone, nowMs) !== true);
    const zones = [...open].sort((a, b) => crowd(a) - crowd(b));
    for (const lifecycle of first === 'spot' ? (['spot', 'on-demand'] as const) : (['on-demand'] as const)) {
      this.#launches += 1;
      const id = `peer-${this.#launches}`;
      const offerings = zones.flatMap((zone) => TYPES.map((type) => offeringKey({ type, zone, lifecycle })));
      const request = { clientToken: id, operationId: id, offerings, tags: {} };
      const { instance } = await this.#ports.cloud.launch(request, signal);
      if (instance !== undefined) return instance;
    }
    return undefined;
  }

  /** The newest of the most crowded zone leaves. */
  #beginDrain(alive: Instance[]): void {
    const crowd = (zone: string) => alive.filter((one) => one.zone === zone).length;
    const [victim] = [...alive].sort(
      (a, b) => crowd(b.zone) - crowd(a.zone) || b.launchedAtMs - a.launchedAtMs,
    );
    if (victim === undefined) return;
    alive.splice(alive.indexOf(victim), 1);
    this.#drainingSinceMs.set(victim.id, this.#ports.clock.monotonicMs());
  }

  async #drain(instances: readonly Instance[], signal: AbortSignal): Promise<void> {
    const { cluster, cloud, clock } = this.#ports;
    for (const [id, sinceMs] of this.#drainingSinceMs) {
      const isGone = !instances.some((one) => one.id === id && isAlive(one));
      if (isGone) {
        this.#drainingSinceMs.delete(id);
        continue;
      }
      await cluster.cordon(id, { operationId: `peer-drain-${id}`, atMs: clock.now() }, signal);
      const pods = cluster.view().pods.filter((pod) => pod.nodeName === id && needsEviction(pod));
      for (const pod of pods) await cluster.evict(pod, GRACE_SECONDS, signal);
      if (pods.length === 0 || clock.monotonicMs() - sinceMs > DRAIN_MS) await cloud.terminate([id], signal);
    }
  }

  async #cpuPercent(signal: AbortSignal): Promise<number | undefined> {
    const { cluster, telemetry } = this.#ports;
    const nodeNames = cluster
      .view()
      .nodes.filter(isWorking)
      .map(({ name }) => name);
    const query = { nodeNames, windowMs: 60_000, stepMs: LOOK_MS };
    const { cpuPercent } = await telemetry.utilization(query, signal);
    if (cpuPercent.status !== 'known' || cpuPercent.samples.length === 0) return undefined;
    return cpuPercent.samples.reduce((sum, { value }) => sum + value, 0) / cpuPercent.samples.length;
  }
}

function isWaiting({ nodeName, unschedulableSinceMs }: Pod): boolean {
  return nodeName === undefined && unschedulableSinceMs !== undefined;
}

function isWorking(node: Node): boolean {
  return !node.isControlPlane && node.isReady && isAdmitted(node);
}
