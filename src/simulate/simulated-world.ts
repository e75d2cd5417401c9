import { isAlive } from '../model/instance.ts';
import type { Policy } from '../policy/policy-schema.ts';
import type {
  Clock,
  Cloud,
  Cluster,
  Leadership,
  Ledger,
  PolicyDocument,
  PolicySource,
  Reporter,
  Telemetry,
} from '../ports.ts';
import { Chance } from './chance.ts';
import type { CapacityScope } from './cloud/capacity-windows.ts';
import { SimulatedCloud } from './cloud/simulated-cloud.ts';
import { SimulatedCluster } from './cluster/simulated-cluster.ts';
import { EventLog, type WorldEvent } from './event-log.ts';
import { InvariantWatch } from './invariant-watch.ts';
import type { LoadTrace } from './load/load-trace.ts';
import { SimulatedTelemetry } from './load/simulated-telemetry.ts';
import { type LoadReading, WebLoad } from './load/web-load.ts';
import { MachineRoom } from './machine-room.ts';
import { ShortMinutes } from './short-minutes.ts';
import { SimulatedPolicySource } from './simulated-policy-source.ts';
import { burstOf, LOAD_MILLIS_PER_NODE, openShop, WEB } from './simulated-shop.ts';
import { VirtualClock } from './virtual-clock.ts';
import { WatchedLedger } from './watched-ledger.ts';
import { watchedCloud, watchedCluster } from './watched-ports.ts';
import { WorldReporter } from './world-reporter.ts';
import type { WorldSight, WorldWrite } from './world-sight.ts';

/** A Monday, so that a trace that begins on a Monday keeps its weekdays. */
const DEFAULT_START_MS = Date.UTC(2026, 0, 5);
const DEFAULT_PEAK_NODES = 8;
/** Prometheus scrapes and the horizontal autoscaler looks this often. */
const SCRAPE_MS = 15_000;
const LOOK_MS = 60_000;
const MS_PER_MINUTE = 60_000;
/** How far demand strays from the trace between two scrapes. */
const UNEVEN_SHARE = 0.03;
const BURST_MINUTES = 15;
export const SIMULATED_CLUSTER_NAME = 'simulated';

export interface WorldOptions {
  readonly seed: number;
  readonly trace: LoadTrace;
  readonly policyDocument: PolicyDocument;
  /** What the invariants judge by; see `judgeBy` for a policy that changes. */
  readonly policy: Policy;
  /** Wall-clock time at which the world begins. @default Monday 2026-01-05T00:00Z */
  readonly startMs?: number;
  /** How many t3.small the trace's peak needs. @default 8 */
  readonly peakNodes?: number;
  /** Where in the trace the world begins. @default 0 */
  readonly traceOffsetMs?: number;
  /** Gets a copy of all that is reported. */
  readonly reporter?: Reporter;
}

/** The ports of the world as a controller takes them. */
export interface WorldPorts {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly telemetry: Telemetry;
  readonly ledger: Ledger;
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly policySource: PolicySource;
  readonly clusterName: string;
}

/** What a page shows of the world at one moment. */
export interface WorldView {
  /** Virtual milliseconds since the world began. */
  readonly monotonicMs: number;
  readonly nowMs: number;
  /** CPU that the users ask for and get now, in millicores. */
  readonly demandMillis: number;
  readonly servedMillis: number;
  /** Allocatable CPU of the ready workers, in millicores. */
  readonly capacityMillis: number;
  readonly readyWorkers: number;
  readonly aliveInstances: number;
  readonly unschedulablePods: number;
  readonly loadFactor: number;
  readonly costUsd: number;
  readonly nodeHours: number;
  readonly shortMinutes: number;
}

/**
 * A whole world in memory on virtual time: a K3s cluster with a shop in it, EC2, Prometheus, users. It implements the
 * ports, watches the invariants, and offers what can go wrong as calls. The same options give the same story.
 */
export class SimulatedWorld {
  readonly clock: VirtualClock;
  readonly log: EventLog;
  readonly chance: Chance;
  readonly cluster: SimulatedCluster;
  readonly cloud: SimulatedCloud;
  readonly telemetry: SimulatedTelemetry;
  readonly policySource: SimulatedPolicySource;
  readonly ledger: WatchedLedger;
  readonly watch: InvariantWatch;
  readonly ports: WorldPorts;
  readonly #reporter: WorldReporter;
  readonly #load: WebLoad;
  readonly #shortMinutes = new ShortMinutes();
  #policy: Policy;
  #loadFactor = 1;
  #bursts = 0;
  #isLeader = true;
  #fencingToken = 1;
  #reading: LoadReading = { demandMillis: 0, servedMillis: 0, nodes: new Map() };

  constructor(options: WorldOptions) {
    const clock = new VirtualClock(options.startMs ?? DEFAULT_START_MS);
    const log = new EventLog(clock);
    const chance = new Chance(options.seed);
    this.clock = clock;
    this.log = log;
    this.chance = chance;
    this.#policy = options.policy;
    this.cluster = new SimulatedCluster(clock, log);
    const machines = new MachineRoom({ clock, chance: chance.stream('boot'), cluster: this.cluster });
    this.cloud = new SimulatedCloud({ clock, log, chance: chance.stream('ec2'), machines });
    this.telemetry = new SimulatedTelemetry(clock);
    this.policySource = new SimulatedPolicySource(clock, options.policyDocument);
    this.ledger = new WatchedLedger(log);
    this.watch = new InvariantWatch({ seed: options.seed, log, clock });
    this.#reporter = new WorldReporter(log, options.reporter);
    const demand = demandOf(options, { clock, chance: chance.stream('demand') }, () => this.#loadFactor);
    this.#load = new WebLoad(this.cluster, WEB, demand);
    this.ports = this.#makePorts();
    openShop(this.cluster);
    clock.every(SCRAPE_MS, () => this.#scrape());
    clock.every(LOOK_MS, () => this.watch.look(this.#sight()));
  }

  /** Moves the world on to so many virtual milliseconds after its beginning. */
  async advanceTo(monotonicMs: number): Promise<void> {
    await this.clock.advanceTo(monotonicMs);
  }

  /** From now on the invariants judge by this policy: the one that the controller has accepted. */
  judgeBy(policy: Policy): void {
    this.#policy = policy;
  }

  /** Multiplies the users' demand. */
  setLoadFactor(factor: number): void {
    if (!(factor >= 0 && factor <= 100)) throw new RangeError(`load factor ${factor}: must be 0 to 100`);
    this.#loadFactor = factor;
    this.log.add('load-factor', { factor });
  }

  /** EC2 takes a spot node back, this one or any; returns its name, or `undefined` when there is none to take. */
  interruptSpot(nodeName?: string): string | undefined {
    const candidates = this.cloud
      .shown()
      .filter((i) => isAlive(i) && i.lifecycle === 'spot' && !this.cloud.isNoticed(i.id));
    const id = nodeName ?? this.chance.stream(`interrupt-${this.log.count}`).pick(candidates)?.id;
    return id !== undefined && this.cloud.interrupt(id) ? id : undefined;
  }

  /** EC2 has no machines of this kind for so long. */
  failCapacity(scope: CapacityScope, minutes: number): void {
    this.log.add('capacity-gone', { ...scope, minutes });
    this.cloud.capacity.close(scope, minutes * MS_PER_MINUTE);
  }

  /** The node's kubelet falls silent while its machine goes on costing money. */
  killNode(nodeName: string): void {
    this.log.add('kubelet-died', { node: nodeName });
    this.cluster.kubelets.die(nodeName);
  }

  /** Prometheus neither scrapes nor answers for so long. */
  telemetryOutage(minutes: number): void {
    this.log.add('telemetry-outage', { minutes });
    this.telemetry.switchOff(minutes * MS_PER_MINUTE);
  }

  /** Whether the controller holds the lease. */
  setLeader(isLeader: boolean): void {
    this.log.add('lease', { held: isLeader });
    if (isLeader && !this.#isLeader) this.#fencingToken += 1;
    this.#isLeader = isLeader;
  }

  /** So many pods come at once, and go 15 minutes later. */
  burst(pods: number): void {
    this.#bursts += 1;
    const workload = burstOf(`burst-${this.#bursts}`, pods);
    this.log.add('burst', { pods });
    this.cluster.apply(workload);
    this.clock.after(BURST_MINUTES * MS_PER_MINUTE, () => this.cluster.withdraw(workload));
  }

  view(): WorldView {
    const workers = this.cluster.state.nodes().filter((node) => !node.isControlPlane && node.isReady);
    return {
      monotonicMs: this.clock.monotonicMs(),
      nowMs: this.clock.now(),
      demandMillis: this.#reading.demandMillis,
      servedMillis: this.#reading.servedMillis,
      capacityMillis: workers.reduce((sum, node) => sum + node.allocatable.cpuMillis, 0),
      readyWorkers: workers.length,
      aliveInstances: this.cloud.shown().filter(isAlive).length,
      unschedulablePods: this.#unschedulablePods(),
      loadFactor: this.#loadFactor,
      costUsd: this.cloud.bill.costUsd(),
      nodeHours: this.cloud.bill.nodeHours(),
      shortMinutes: this.#shortMinutes.count,
    };
  }

  /** The latest events, oldest first. */
  events(most: number): readonly WorldEvent[] {
    return this.log.recent(most);
  }

  #scrape(): void {
    this.#reading = this.#load.tick(this.clock.monotonicMs());
    this.telemetry.record(this.#reading.nodes);
    this.#shortMinutes.add(this.clock.monotonicMs(), this.#reading, this.#unschedulablePods());
  }

  #unschedulablePods(): number {
    return this.cluster.state.unbound().filter((pod) => pod.unschedulableSinceMs !== undefined).length;
  }

  #makePorts(): WorldPorts {
    const watch = (write: WorldWrite) => this.watch.write(write, this.#sight());
    return {
      cluster: watchedCluster(this.cluster, watch),
      cloud: watchedCloud(this.cloud, watch),
      telemetry: this.telemetry,
      ledger: this.ledger,
      leadership: { isLeader: () => this.#isLeader, fencingToken: () => this.#fencingToken },
      clock: this.clock,
      reporter: this.#reporter,
      policySource: this.policySource,
      clusterName: SIMULATED_CLUSTER_NAME,
    };
  }

  #sight(): WorldSight {
    return {
      nowMs: this.clock.now(),
      policy: this.#policy,
      cluster: this.cluster.view(),
      instances: this.cloud.shown(),
      operation: (id) => this.ledger.operation(id),
      unended: () => this.ledger.unended(),
      decisionDigest: (decisionId) => this.#reporter.decisionDigest(decisionId),
      isLeader: () => this.#isLeader,
      isNoticed: (instanceId) => this.cloud.isNoticed(instanceId),
    };
  }
}

/** The users' demand in millicores: the trace, scaled so that its peak fills so many nodes, a little uneven. */
function demandOf(
  options: WorldOptions,
  { clock, chance }: { readonly clock: VirtualClock; readonly chance: Chance },
  factor: () => number,
): () => number {
  const { trace, peakNodes = DEFAULT_PEAK_NODES, traceOffsetMs = 0 } = options;
  const millisPerUnit = (peakNodes * LOAD_MILLIS_PER_NODE) / trace.peak;
  const unevenness = () => chance.between(1 - UNEVEN_SHARE, 1 + UNEVEN_SHARE);
  return () => trace.at(traceOffsetMs + clock.monotonicMs()) * millisPerUnit * factor() * unevenness();
}
