import { isAlive } from '../../model/instance.ts';
import type { Node } from '../../model/node.ts';
import type { OfferingKey } from '../../model/offering.ts';
import type { PolicyDocument } from '../../model/policy-document.ts';
import type { EventLog } from '../base/event-log.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import type { MachineFate } from '../cloud/machine-fate.ts';
import type { OfferingScope, OfferingWindows } from '../cloud/offering-windows.ts';
import type { SimulatedCloud } from '../cloud/simulated-cloud.ts';
import type { SimulatedQueue } from '../cloud/simulated-queue.ts';
import type { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import type { ActiveFault, ActiveFaults } from '../faulty/active-faults.ts';
import type { Disturbances } from '../judge/disturbances.ts';
import type { SimulatedTelemetry } from '../load/simulated-telemetry.ts';
import { burstOf } from './sample-workloads.ts';
import type { SimulatedPolicySource } from './simulated-policy-source.ts';
import type { UserDemand } from './user-demand.ts';

const MS_PER_MINUTE = 60_000;
const BURST_MINUTES = 15;

/** The parts of a world to which something can happen. */
export interface FaultInjectorParts {
  readonly clock: VirtualClock;
  readonly log: EventLog;
  readonly random: RandomStream;
  readonly cluster: SimulatedCluster;
  readonly cloud: SimulatedCloud;
  readonly queue: SimulatedQueue;
  readonly telemetry: SimulatedTelemetry;
  readonly activeFaults: ActiveFaults;
  readonly neverJoins: OfferingWindows;
  readonly policySource: SimulatedPolicySource;
  readonly disturbances: Disturbances;
}

/** What can go wrong in a world, and what people do to it by hand, as calls; each is an event in the world's log. */
export class FaultInjector {
  readonly clock: VirtualClock;
  readonly log: EventLog;
  readonly cloud: SimulatedCloud;
  readonly queue: SimulatedQueue;
  /** What was injected, as the invariants bear with it. */
  readonly disturbances: Disturbances;
  /** The policy that the world began with. */
  readonly firstPolicy: PolicyDocument;
  readonly #parts: FaultInjectorParts;
  readonly #demand: UserDemand;
  #bursts = 0;
  #commits = 0;

  constructor(
    parts: FaultInjectorParts,
    beginning: { readonly demand: UserDemand; readonly firstPolicy: PolicyDocument },
  ) {
    this.#parts = parts;
    this.#demand = beginning.demand;
    this.clock = parts.clock;
    this.log = parts.log;
    this.cloud = parts.cloud;
    this.queue = parts.queue;
    this.disturbances = parts.disturbances;
    this.firstPolicy = beginning.firstPolicy;
  }

  /** Workers whose nodes are ready. */
  readyWorkers(): readonly Node[] {
    return this.#parts.cluster.state.readyWorkers();
  }

  /** Multiplies the users' demand. */
  setLoadFactor(factor: number): void {
    if (!(factor >= 0 && factor <= 100)) throw new RangeError(`load factor ${factor}: must be 0 to 100`);
    this.#demand.multiplyBy(factor);
    this.disturbances.begin('fleet');
    this.log.add('load-factor', { factor });
  }

  /** That many pods come at once, and go 15 minutes later. */
  burst(pods: number): void {
    const { cluster } = this.#parts;
    this.#bursts += 1;
    const workload = burstOf(`burst-${this.#bursts}`, pods);
    this.disturbances.begin('fleet', BURST_MINUTES * MS_PER_MINUTE);
    this.log.add('burst', { pods });
    cluster.apply(workload);
    this.clock.after(BURST_MINUTES * MS_PER_MINUTE, () => cluster.delete(workload));
  }

  /** EC2 takes a spot node back, this one or any; returns its name, or `undefined` when there is none to take. */
  interruptSpot(nodeName?: string): string | undefined {
    const candidates = this.cloud
      .shown()
      .filter((i) => isAlive(i) && i.lifecycle === 'spot' && !this.cloud.isNoticed(i.id));
    const id = nodeName ?? this.#parts.random.stream(`interrupt-${this.log.count}`).pick(candidates)?.id;
    return id !== undefined && this.cloud.interrupt(id) ? id : undefined;
  }

  /** EC2 has no machines of this kind for that long. */
  failCapacity(scope: OfferingScope, minutes: number): void {
    this.disturbances.begin('fleet', minutes * MS_PER_MINUTE);
    this.log.add('capacity-gone', { ...scope, minutes });
    this.cloud.shortages.open(scope, minutes * MS_PER_MINUTE);
  }

  /** Machines of this kind that start within that time run and never join: a broken image, a zone without a route. */
  failJoins(scope: OfferingScope, minutes: number): void {
    this.disturbances.begin('joins', minutes * MS_PER_MINUTE);
    this.log.add('never-joins', { ...scope, minutes });
    this.#parts.neverJoins.open(scope, minutes * MS_PER_MINUTE);
  }

  /** All instances of the zone fail, and it has no capacity for that long. */
  loseZone(zone: string, minutes: number): void {
    this.failCapacity({ zone }, minutes);
    for (const node of this.readyWorkers()) {
      if (node.zone === zone && node.instanceId !== undefined) this.terminateByHand(node.instanceId);
    }
  }

  /** The node's kubelet falls silent while its machine goes on costing money. */
  killNode(nodeName: string): void {
    this.disturbances.begin('fleet');
    this.log.add('kubelet-died', { node: nodeName });
    this.#parts.cluster.kubelets.die(nodeName);
  }

  /** Prometheus neither scrapes nor answers for that long. */
  telemetryOutage(minutes: number): void {
    this.disturbances.begin('any', minutes * MS_PER_MINUTE);
    this.log.add('telemetry-outage', { minutes });
    this.#parts.telemetry.switchOff(minutes * MS_PER_MINUTE);
  }

  /** Something is wrong with the world's answers for `ms`; `over` is called at its end. */
  activateFault(activeFault: ActiveFault, ms: number, over?: () => void): void {
    const { activeFaults, cluster } = this.#parts;
    const isOfFleet = activeFault === 'boots-fail' || activeFault.startsWith('ec2-');
    this.disturbances.begin(isOfFleet ? 'fleet' : 'any', ms);
    this.log.add('trouble', { trouble: activeFault, ms: Math.round(ms) });
    activeFaults.begin(activeFault, ms, () => {
      // What a mirror that stood still has missed comes now.
      cluster.state.touch();
      cluster.announce();
      over?.();
    });
  }

  /** The clocks of the processes are off by `ms` from now on. */
  skewClocks(ms: number): void {
    this.disturbances.begin('any');
    this.log.add('clock-skew', { ms });
    this.#parts.activeFaults.skew(ms);
  }

  terminateByHand(instanceId: string): void {
    this.disturbances.begin('fleet');
    this.log.add('by-hand', { what: 'terminate', instance: instanceId });
    this.cloud.endByHand(instanceId);
  }

  /** Somebody starts an instance that carries the cluster's tag, and none of an operation. */
  addByHand(key: OfferingKey, fate?: MachineFate): string | undefined {
    this.disturbances.begin('fleet');
    this.log.add('by-hand', { what: 'add', offering: key });
    return this.cloud.addByHand(key, fate);
  }

  /** Somebody cordons the node and takes the cordon off again later. */
  cordonByHand(nodeName: string, ms: number): void {
    const { cluster } = this.#parts;
    this.disturbances.begin('fleet', ms);
    this.log.add('by-hand', { what: 'cordon', node: nodeName });
    cluster.setUnschedulable(nodeName, true);
    this.clock.after(ms, () => cluster.setUnschedulable(nodeName, false));
  }

  deleteNodeByHand(nodeName: string): void {
    const { cluster } = this.#parts;
    this.disturbances.begin('fleet');
    this.log.add('by-hand', { what: 'delete-node', node: nodeName });
    const node = cluster.state.node(nodeName);
    if (node !== undefined) void cluster.deleteNode(nodeName, node.uid);
  }

  /** Somebody commits this text as the policy; `change` says in words what is new in it. */
  commitPolicy(text: string, change: string): void {
    this.#commits += 1;
    const revision = `main@sha1:${this.#commits.toString(16).padStart(40, '0')}`;
    this.disturbances.begin('fleet');
    this.log.add('commit', { revision, change });
    this.#parts.policySource.commit({ ...this.firstPolicy, text, revision });
  }
}
