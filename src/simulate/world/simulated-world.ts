import { isAlive } from '../../model/instance.ts';
import { SPOT_NOTICE_MS } from '../../model/interruption.ts';
import type { PolicyDocument } from '../../model/policy-document.ts';
import type { PolicyIdentity } from '../../model/policy-identity.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import type { Leadership } from '../../ports.ts';
import { EventLog, type WorldEvent } from '../base/event-log.ts';
import { RandomStream } from '../base/random-stream.ts';
import { VirtualClock } from '../base/virtual-clock.ts';
import { NO_DETAILS, type WorldDetails } from '../base/world-details.ts';
import { OfferingWindows } from '../cloud/offering-windows.ts';
import { SimulatedCloud } from '../cloud/simulated-cloud.ts';
import { SimulatedQueue } from '../cloud/simulated-queue.ts';
import { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import { ActiveFaults } from '../faulty/active-faults.ts';
import { faultyCloud } from '../faulty/faulty-cloud.ts';
import { faultyCluster, faultyLedger } from '../faulty/faulty-cluster.ts';
import { Disturbances } from '../judge/disturbances.ts';
import { InvariantWatch } from '../judge/invariant-watch.ts';
import { JUDGED } from '../judge/invariants.ts';
import type { ObservedWorld, WorldWrite } from '../judge/observed-world.ts';
import { SimulatedTelemetry } from '../load/simulated-telemetry.ts';
import { type LoadReading, WebLoad } from '../load/web-load.ts';
import { AcceptedPolicies } from './accepted-policies.ts';
import { BootSimulator } from './boot-simulator.ts';
import { FaultInjector } from './fault-injector.ts';
import { FleetFigureRecorder } from './fleet-figures.ts';
import { deployWorkloads, sampleWorkloads, servicesOf } from './sample-workloads.ts';
import { ShortMinutes } from './short-minutes.ts';
import { SimulatedPolicySource } from './simulated-policy-source.ts';
import { UserDemand } from './user-demand.ts';
import { WatchedLedger } from './watched-ledger.ts';
import { watchedCalls, watchedCluster, watchedEffects } from './watched-ports.ts';
import type { WorldOptions } from './world-options.ts';
import type { WorldPorts } from './world-ports.ts';
import { WorldReporter } from './world-reporter.ts';
import type { WorldView } from './world-view.ts';

/** A Monday, so that a trace that begins on a Monday keeps its weekdays. */
const DEFAULT_START_MS = Date.UTC(2026, 0, 5);
const DEFAULT_PEAK_NODES = 8;
/** Prometheus scrapes and the horizontal autoscaler looks this often. */
const SCRAPE_MS = 15_000;
/** What the autoscaler sees is half a minute old. */
const LAG_TICKS = 2;
const CHECK_MS = 60_000;
export const SIMULATED_CLUSTER_NAME = 'simulated';

/**
 * A whole world in memory on virtual time: a K3s cluster with sample workloads, EC2, Prometheus, users. It implements the ports,
 * watches the invariants, and offers what can go wrong as calls (`faults`). The same options give the same story.
 */
export class SimulatedWorld {
  readonly clock: VirtualClock;
  readonly log: EventLog;
  readonly random: RandomStream;
  readonly cluster: SimulatedCluster;
  readonly cloud: SimulatedCloud;
  readonly queue: SimulatedQueue;
  readonly telemetry: SimulatedTelemetry;
  readonly policySource: SimulatedPolicySource;
  readonly ledger: WatchedLedger;
  readonly watch: InvariantWatch;
  readonly activeFaults: ActiveFaults;
  /** Machines of which offerings never join now. */
  readonly neverJoins: OfferingWindows;
  readonly disturbances: Disturbances;
  readonly faults: FaultInjector;
  readonly ports: WorldPorts;
  readonly #reporter: WorldReporter;
  readonly #demand: UserDemand;
  readonly #load: WebLoad;
  readonly #shortMinutes = new ShortMinutes();
  readonly #figures = new FleetFigureRecorder();
  readonly #policies = new AcceptedPolicies();
  #policy: Policy;
  /** Of the one process that `ports` are for; processes of `portsOf` bring their own. */
  #isLeader = true;
  #fencingToken = 1;
  #reading: LoadReading = { demandMillis: 0, servedMillis: 0, nodes: new Map(), usedCpuMillis: new Map() };

  constructor(options: WorldOptions) {
    const clock = new VirtualClock(options.startMs ?? DEFAULT_START_MS);
    const log = new EventLog(clock);
    const random = new RandomStream(options.seed);
    this.clock = clock;
    this.log = log;
    this.random = random;
    this.#policy = options.policy;
    const details = options.details ?? NO_DETAILS;
    this.cluster = new SimulatedCluster(clock, log, details);
    const activeFaults = new ActiveFaults(clock, random.stream('troubles'));
    this.activeFaults = activeFaults;
    this.neverJoins = new OfferingWindows(clock);
    this.disturbances = new Disturbances(clock);
    this.queue = new SimulatedQueue({ clock, random: random.stream('queue'), activeFaults });
    this.cloud = this.#newCloud(details);
    this.telemetry = new SimulatedTelemetry(clock, details.has('rate-window'));
    this.policySource = new SimulatedPolicySource(clock, options.policyDocument);
    this.ledger = new WatchedLedger(log, clock, (operation, atMs) =>
      this.#figures.noteOperation(operation, atMs),
    );
    this.watch = new InvariantWatch({ seed: options.seed, log, clock, judged: options.judged ?? JUDGED });
    this.#reporter = new WorldReporter(log, clock, options.reporter);
    this.#demand = new UserDemand({
      trace: options.trace,
      clock,
      random: random.stream('demand'),
      peakNodes: options.peakNodes ?? DEFAULT_PEAK_NODES,
      traceOffsetMs: options.traceOffsetMs ?? 0,
    });
    const workloads = options.workloads ?? sampleWorkloads({ services: servicesOf(details, random) });
    this.#load = new WebLoad(this.cluster, workloads.serving, {
      demandMillis: () => this.#demand.millis(),
      lagTicks: details.has('metrics-lag') ? LAG_TICKS : 0,
      cpuLimitMillis: (id) => milli(this.cloud.bill.cpuLimitVcpus(id)),
    });
    this.faults = new FaultInjector(this, { demand: this.#demand, firstPolicy: options.policyDocument });
    this.ports = this.portsOf(
      { isLeader: () => this.#isLeader, fencingToken: () => this.#fencingToken },
      () => this.#isLeader,
    );
    deployWorkloads(this.cluster, workloads);
    clock.every(SCRAPE_MS, () => this.#scrape());
    clock.every(CHECK_MS, () => this.#check());
  }

  #newCloud(details: WorldDetails): SimulatedCloud {
    const { clock, log, random } = this;
    const machines = new BootSimulator({
      clock,
      log,
      random: random.stream('boot'),
      cluster: this.cluster,
      activeFaults: this.activeFaults,
      neverJoins: this.neverJoins,
      details,
      lose: (instanceId) => this.cloud.endByHand(instanceId),
    });
    return new SimulatedCloud({
      clock,
      log,
      random: random.stream('ec2'),
      machines,
      queue: this.queue,
      billTerms: () => this.#policy.cost,
      hasSpotPools: details.has('spot-choice'),
      onInterruption: () => this.disturbances.begin('fleet', SPOT_NOTICE_MS),
    });
  }

  /** The ports of one process; `holdsLease` is the truth about its leadership, which it may not know. */
  portsOf(leadership: Leadership, holdsLease: () => boolean): WorldPorts {
    const watch = (write: WorldWrite) => {
      this.#figures.noteWrite(write);
      this.watch.write(write, this.#observe(holdsLease));
    };
    const { activeFaults, clock } = this;
    return {
      cluster: faultyCluster(watchedCluster(this.cluster, watch), activeFaults),
      cloud: watchedCalls(
        faultyCloud(watchedEffects(this.cloud, watch), activeFaults, clock),
        () => this.cloud.shown(),
        watch,
      ),
      telemetry: this.telemetry,
      ledger: faultyLedger(this.ledger, activeFaults),
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

  /** Advances virtual time to `ms` after the start. */
  async advanceTo(monotonicMs: number): Promise<void> {
    await this.clock.advanceTo(monotonicMs);
  }

  /** Whether the controller holds the lease. */
  setLeader(isLeader: boolean): void {
    this.log.add('lease', { held: isLeader });
    if (isLeader && !this.#isLeader) this.#fencingToken += 1;
    this.#isLeader = isLeader;
  }

  /** From now on the users ask for what they ask for now. */
  holdLoad(): void {
    this.#demand.holdAt(this.#reading.demandMillis);
  }

  /** Judges what can be judged of a whole run only. */
  checkEnd(): void {
    this.watch.checkEnd(this.#observe(() => this.#isLeader));
  }

  /** Judges a world that was left alone for long. */
  checkSteadyState(): void {
    this.watch.checkSteadyState(this.#observe(() => this.#isLeader));
  }

  view(): WorldView {
    const workers = this.cluster.state.readyWorkers();
    const bill = this.cloud.bill.now();
    return {
      monotonicMs: this.clock.monotonicMs(),
      nowMs: this.clock.now(),
      demandMillis: this.#reading.demandMillis,
      servedMillis: this.#reading.servedMillis,
      capacityMillis: workers.reduce((sum, node) => sum + node.allocatable.cpuMillis, 0),
      readyWorkers: workers.length,
      aliveInstances: this.cloud.shown().filter(isAlive).length,
      unschedulablePods: this.#unschedulablePods(),
      loadFactor: this.#demand.factor,
      costUsd: bill.realUsd,
      bill,
      nodeHours: bill.nodeHours,
      figures: this.#figures.figures,
      shortMinutes: this.#shortMinutes.count,
    };
  }

  /** The latest events, oldest first. */
  events(max: number): readonly WorldEvent[] {
    return this.log.recent(max);
  }

  #accept(document: PolicyDocument, identity: PolicyIdentity): void {
    this.policySource.remember({ text: document.text, origin: document.origin, identity });
    const policy = this.#policies.accept(document.text, identity.digest);
    if (policy !== undefined) this.#policy = policy;
  }

  #scrape(): void {
    this.#reading = this.#load.tick(this.clock.monotonicMs());
    this.telemetry.record(this.#reading.nodes);
    for (const [id, cpuMillis] of this.#reading.usedCpuMillis) this.cloud.bill.useCpu(id, cpuMillis / 1_000);
    this.#shortMinutes.add(this.clock.monotonicMs(), this.#reading, this.#unschedulablePods());
  }

  #check(): void {
    this.watch.check(this.#observe(() => this.#isLeader));
    const { state } = this.cluster;
    const { nodes, instances } = this.#policy;
    const fleet = {
      workers: state.readyWorkers(),
      pods: state.pods(),
      min: nodes.min,
      zones: instances.zones,
    };
    this.#figures.noteFleet(fleet, CHECK_MS);
  }

  #unschedulablePods(): number {
    return this.cluster.state.unbound().filter((pod) => pod.unschedulableSinceMs !== undefined).length;
  }

  #observe(holdsLease: () => boolean): ObservedWorld {
    return {
      nowMs: this.clock.now(),
      elapsedMs: this.clock.monotonicMs(),
      disturbedUntil: this.disturbances.until,
      demandMillis: this.#reading.demandMillis,
      skewMs: this.activeFaults.skewMs,
      skewedAtMs: this.activeFaults.skewedAtMs,
      isFaulty: this.activeFaults.affectsAnswers,
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

function milli(vcpus: number | undefined): number | undefined {
  return vcpus === undefined ? undefined : vcpus * 1_000;
}
