import { isAlive } from '../../model/instance.ts';
import type { Node } from '../../model/node.ts';
import type { OfferingKey } from '../../model/offering.ts';
import type { PolicyIdentity } from '../../model/policy-identity.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import type {
  Clock,
  Cloud,
  Cluster,
  Interruptions,
  Leadership,
  Ledger,
  PolicyDocument,
  PolicySource,
  Reporter,
  Telemetry,
} from '../../ports.ts';
import { Chance } from '../base/chance.ts';
import { EventLog, type WorldEvent } from '../base/event-log.ts';
import { VirtualClock } from '../base/virtual-clock.ts';
import type { CapacityScope } from '../cloud/capacity-windows.ts';
import type { MachineFate } from '../cloud/machine-fate.ts';
import { SimulatedCloud } from '../cloud/simulated-cloud.ts';
import { SimulatedQueue } from '../cloud/simulated-queue.ts';
import { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import { InvariantWatch } from '../judge/invariant-watch.ts';
import type { WorldSight, WorldWrite } from '../judge/world-sight.ts';
import type { LoadTrace } from '../load/load-trace.ts';
import { SimulatedTelemetry } from '../load/simulated-telemetry.ts';
import { type LoadReading, WebLoad } from '../load/web-load.ts';
import { troubledCloud } from '../trouble/troubled-cloud.ts';
import { troubledCluster, troubledLedger } from '../trouble/troubled-cluster.ts';
import { type Trouble, Troubles } from '../trouble/troubles.ts';
import { AcceptedPolicies } from './accepted-policies.ts';
import { MachineRoom } from './machine-room.ts';
import { ShortMinutes } from './short-minutes.ts';
import { SimulatedPolicySource } from './simulated-policy-source.ts';
import { burstOf, LOAD_MILLIS_PER_NODE, openShop, WEB } from './simulated-shop.ts';
import { WatchedLedger } from './watched-ledger.ts';
import { watchedCalls, watchedCluster, watchedEffects } from './watched-ports.ts';
import { WorldReporter } from './world-reporter.ts';

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
  /** What the invariants judge by; until a controller accepts another. */
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
  readonly interruptions: Interruptions;
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
  readonly queue: SimulatedQueue;
  readonly telemetry: SimulatedTelemetry;
  readonly policySource: SimulatedPolicySource;
  readonly ledger: WatchedLedger;
  readonly watch: InvariantWatch;
  readonly troubles: Troubles;
  /** The policy that the world began with. */
  readonly firstPolicy: PolicyDocument;
  readonly ports: WorldPorts;
  readonly #reporter: WorldReporter;
  readonly #load: WebLoad;
  readonly #shortMinutes = new ShortMinutes();
  readonly #policies = new AcceptedPolicies();
  #policy: Policy;
  #loadFactor = 1;
  #bursts = 0;
  /** Of the one process that `ports` are for; processes of `portsOf` bring their own. */
  #isLeader = true;
  #fencingToken = 1;
  #heldDemandMillis: number | undefined;
  #commits = 0;
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
    const troubles = new Troubles(clock, chance.stream('troubles'));
    const machines = new MachineRoom({
      clock,
      log,
      chance: chance.stream('boot'),
      cluster: this.cluster,
      troubles,
      lose: (instanceId) => this.cloud.endByHand(instanceId),
    });
    this.troubles = troubles;
    const queue = new SimulatedQueue({ clock, chance: chance.stream('queue'), troubles });
    this.queue = queue;
    this.cloud = new SimulatedCloud({ clock, log, chance: chance.stream('ec2'), machines, queue });
    this.telemetry = new SimulatedTelemetry(clock);
    this.policySource = new SimulatedPolicySource(clock, options.policyDocument);
    this.ledger = new WatchedLedger(log, clock);
    this.watch = new InvariantWatch({ seed: options.seed, log, clock });
    this.firstPolicy = options.policyDocument;
    this.#reporter = new WorldReporter(log, clock, options.reporter);
    const traced = demandOf(options, { clock, chance: chance.stream('demand') }, () => this.#loadFactor);
    const demand = () => this.#heldDemandMillis ?? traced();
    this.#load = new WebLoad(this.cluster, WEB, demand);
    this.ports = this.portsOf(
      { isLeader: () => this.#isLeader, fencingToken: () => this.#fencingToken },
      () => this.#isLeader,
    );
    openShop(this.cluster);
    clock.every(SCRAPE_MS, () => this.#scrape());
    clock.every(LOOK_MS, () => this.watch.look(this.#sight(() => this.#isLeader)));
  }

  /** The ports of one process; `holdsLease` is the truth about its leadership, which it may not know. */
  portsOf(leadership: Leadership, holdsLease: () => boolean): WorldPorts {
    const watch = (write: WorldWrite) => this.watch.write(write, this.#sight(holdsLease));
    const { troubles, clock } = this;
    return {
      cluster: troubledCluster(watchedCluster(this.cluster, watch), troubles),
      cloud: watchedCalls(
        troubledCloud(watchedEffects(this.cloud, watch), troubles, clock),
        () => this.cloud.shown(),
        watch,
      ),
      telemetry: this.telemetry,
      ledger: troubledLedger(this.ledger, troubles),
      leadership,
      clock,
      reporter: {
        report: (event) => {
          if (event.kind === 'policy-accepted') this.#accept(event.document, event.identity);
          this.#reporter.report(event);
        },
      },
      policySource: this.policySource,
      interruptions: this.queue,
      clusterName: SIMULATED_CLUSTER_NAME,
    };
  }

  /** Moves the world on to so many virtual milliseconds after its beginning. */
  async advanceTo(monotonicMs: number): Promise<void> {
    await this.clock.advanceTo(monotonicMs);
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

  /** Something is wrong with the world's answers for so long; `over` is called at its end. */
  troubleFor(trouble: Trouble, ms: number, over?: () => void): void {
    this.log.add('trouble', { trouble, ms: Math.round(ms) });
    this.troubles.begin(trouble, ms, () => {
      // What a mirror that stood still has missed comes now.
      this.cluster.state.touch();
      this.cluster.announce();
      over?.();
    });
  }

  /** The clocks of the processes are off by so much from now on. */
  skewClocks(ms: number): void {
    this.log.add('clock-skew', { ms });
    this.troubles.skew(ms);
  }

  /** Workers whose nodes are ready. */
  readyWorkers(): readonly Node[] {
    return this.cluster.state.nodes().filter((node) => !node.isControlPlane && node.isReady);
  }

  terminateByHand(instanceId: string): void {
    this.log.add('by-hand', { what: 'terminate', instance: instanceId });
    this.cloud.endByHand(instanceId);
  }

  /** Somebody starts an instance that carries the cluster's tag, and none of an operation. */
  addByHand(key: OfferingKey, fate?: MachineFate): string | undefined {
    this.log.add('by-hand', { what: 'add', offering: key });
    return this.cloud.addByHand(key, fate);
  }

  /** Somebody cordons the node and takes the cordon off again later. */
  cordonByHand(nodeName: string, ms: number): void {
    this.log.add('by-hand', { what: 'cordon', node: nodeName });
    this.cluster.setUnschedulable(nodeName, true);
    this.clock.after(ms, () => this.cluster.setUnschedulable(nodeName, false));
  }

  deleteNodeByHand(nodeName: string): void {
    this.log.add('by-hand', { what: 'delete-node', node: nodeName });
    const node = this.cluster.state.node(nodeName);
    if (node !== undefined) void this.cluster.deleteNode(nodeName, node.uid);
  }

  /** Somebody commits this text as the policy; `change` says in words what is new in it. */
  commitPolicy(text: string, change: string): void {
    this.#commits += 1;
    const revision = `main@sha1:${this.#commits.toString(16).padStart(40, '0')}`;
    this.log.add('commit', { revision, change });
    this.policySource.commit({ ...this.firstPolicy, text, revision });
  }

  /** From now on the users ask for what they ask for now. */
  holdLoad(): void {
    this.#loadFactor = 1;
    this.#heldDemandMillis = this.#reading.demandMillis;
  }

  /** Judges a world that was left alone for long. */
  judgeAtRest(): void {
    this.watch.rest(this.#sight(() => this.#isLeader));
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
    const workers = this.readyWorkers();
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

  #accept(document: PolicyDocument, identity: PolicyIdentity): void {
    this.policySource.remember({ text: document.text, origin: document.origin, identity });
    const policy = this.#policies.accept(document.text, identity.digest);
    if (policy !== undefined) this.#policy = policy;
  }

  #scrape(): void {
    this.#reading = this.#load.tick(this.clock.monotonicMs());
    this.telemetry.record(this.#reading.nodes);
    this.#shortMinutes.add(this.clock.monotonicMs(), this.#reading, this.#unschedulablePods());
  }

  #unschedulablePods(): number {
    return this.cluster.state.unbound().filter((pod) => pod.unschedulableSinceMs !== undefined).length;
  }

  #sight(holdsLease: () => boolean): WorldSight {
    return {
      nowMs: this.clock.now(),
      skewMs: this.troubles.skewMs,
      skewedAtMs: this.troubles.skewedAtMs,
      isTroubled: this.troubles.areOfAnswers,
      policy: this.#policy,
      cluster: this.cluster.view(),
      instances: this.cloud.shown(),
      operation: (id) => this.ledger.operation(id),
      unended: () => this.ledger.unended(),
      decision: (id) => this.#reporter.decision(id),
      ended: () => this.ledger.ended(),
      unknownLoadMs: (atMs) => this.telemetry.offForMs(atMs),
      cpuPercentAt: (atMs) => this.telemetry.cpuPercentAt(atMs),
      isLeader: holdsLease,
      policyOf: (digest) => this.#policies.of(digest),
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
