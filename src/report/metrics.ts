import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type EventOf, reporter } from '../events/reporter.ts';
import { CANCELLED, hasEnded, type Operation } from '../model/operation.ts';
import type { Plan, WarmPoolState } from '../model/plan.ts';
import { NO_POLICY, POLICY_MISSING } from '../model/reason.ts';
import type { ReportEvent, Reporter } from '../ports.ts';
import { FleetGauges } from './fleet-gauges.ts';
import { namedMetric } from './named-metric.ts';
import { outcomeOf, PURPOSES } from './plan-purpose.ts';

/** From a decision of a few milliseconds to one that waited for slow answers. */
const RECONCILE_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** From a fast boot to the deadline of joining. */
const JOIN_BUCKETS_SECONDS = [30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 600];

/** What one mirror of the API server counts; the reflector's `stats` fit. */
export interface WatchCounts {
  readonly relists: Readonly<Record<string, number>>;
  readonly reconnects: number;
  readonly failures: number;
  readonly lastEventAgeMs: number;
  readonly size: number;
}

/** What is asked for when metrics are scraped. */
export interface MetricsSources {
  readonly isLeader: () => boolean;
  /** Counts by the name of the mirrored kind. */
  readonly watches: () => Readonly<Record<string, WatchCounts>>;
  readonly eventsDropped: () => number;
}

type PoolFigures = Omit<WarmPoolState, 'reason'>;

/** Without a pool nothing is unknown about it. */
const NO_POOL: PoolFigures = { size: 0, waiting: 0, filling: 0, leaving: 0, costUsdPerHour: 0 };

/** Turns reports into metrics in a registry of its own; every name begins with `smartscale_`, process metrics aside. */
export class Metrics implements Reporter {
  readonly registry = new Registry();
  readonly #fleet = new FleetGauges(this.registry);
  readonly #reconcile = new Histogram({
    ...namedMetric(this.registry, 'reconcile_duration_seconds', 'Time from the snapshot to the decision.'),
    buckets: RECONCILE_BUCKETS_SECONDS,
  });
  readonly #decisions = this.#counter('decisions_total', 'Decisions by outcome: what they act for.', [
    'outcome',
  ]);
  readonly #refusals = this.#counter('refusals_total', 'What was wanted and not done, by what and why.', [
    'what',
    'code',
  ]);
  readonly #launches = this.#counter('launches_total', 'Launches that ended, by outcome.', ['outcome']);
  readonly #removals = this.#counter('removals_total', 'Removals that ended, by outcome.', ['outcome']);
  readonly #faults = this.#counter('launch_faults_total', 'Refusals of EC2 that launches met, by class.', [
    'class',
  ]);
  readonly #rejections = this.#counter('policy_rejections_total', 'Policies that were not accepted.');
  readonly #notices = this.#counter('notices_total', 'Notices to people, by severity and code.', [
    'severity',
    'code',
  ]);
  readonly #interruptions = this.#counter(
    'interruptions_total',
    'Announcements of AWS about instances of this fleet, by kind.',
    ['kind'],
  );
  readonly #ignored = this.#counter(
    'interruption_messages_ignored_total',
    'Messages of the queue that concern no instance of this fleet.',
    ['why'],
  );
  readonly #queueErrors = this.#counter(
    'interruption_queue_errors_total',
    'Calls to the queue of interruptions that failed.',
  );
  readonly #join = new Histogram({
    ...namedMetric(
      this.registry,
      'node_join_seconds',
      'Time from launch, or start out of the warm pool, to ready node.',
    ),
    buckets: JOIN_BUCKETS_SECONDS,
  });
  readonly #current = this.#gauge('nodes_current', 'Workers that count now, those in flight included.');
  readonly #desired = this.#gauge('nodes_desired', 'Workers wanted after the bounds.');
  readonly #bounds = this.#gauge('nodes_bound', 'Bounds of the policy in force.', ['bound']);
  readonly #thresholds = this.#gauge(
    'threshold_percent',
    'Utilization of the workers above which the policy in force grows the fleet, and below which it may shrink.',
    ['resource', 'direction'],
  );
  readonly #poolSize = this.#gauge('warm_pool_size', 'Machines that the policy keeps in the warm pool.');
  readonly #pool = this.#gauge(
    'warm_pool_machines',
    'Machines of the warm pool: waiting (stopped), filling, leaving.',
    ['state'],
  );
  readonly #poolCost = this.#gauge(
    'warm_pool_cost_usd_per_hour',
    'Expected cost of the warm pool: disks, and the machine that is made ready; NaN when not known.',
  );
  readonly #policy = this.#gauge('policy_info', '1 for the policy in force.', ['digest', 'revision']);
  readonly #suspended = this.#gauge('suspended', '1 while the policy in force says suspend: true.');
  readonly #policyValid = this.#gauge(
    'policy_valid',
    '1 when the policy as it stands in its source is in force.',
  );

  readonly #events = reporter({
    decision: ({ plan, snapshot, durationMs }) => {
      this.#reconcile.observe(durationMs / 1000);
      this.#countPlan(plan);
      this.#fleet.show(snapshot);
    },
    operation: ({ operation }) => this.#countOperation(operation),
    'policy-accepted': (event) => this.#showPolicy(event),
    'policy-rejected': () => {
      this.#rejections.inc();
      this.#policyValid.set(0);
    },
    'interruption-queue': (event) => this.#countMessage(event),
    notice: ({ severity, reason: { code } }) => {
      if (code === NO_POLICY || code === POLICY_MISSING) this.#policyValid.set(0);
      this.#notices.inc({ severity, code });
    },
  });

  constructor(sources: MetricsSources) {
    collectDefaultMetrics({ register: this.registry });
    for (const outcome of [...PURPOSES, 'refused', 'none']) this.#decisions.inc({ outcome }, 0);
    for (const outcome of ['ready', 'pooled', 'failed', CANCELLED]) this.#launches.inc({ outcome }, 0);
    for (const kind of ['spot-warning', 'rebalance', 'state-change', 'maintenance'])
      this.#interruptions.inc({ kind }, 0);
    for (const why of ['foreign', 'irrelevant', 'unreadable']) this.#ignored.inc({ why }, 0);
    for (const outcome of ['removed', 'aborted']) this.#removals.inc({ outcome }, 0);
    this.#collectFrom(sources);
  }

  report(event: ReportEvent): void {
    this.#events.report(event);
  }

  #showPolicy({ identity, bounds, thresholds = [], isSuspended = false }: EventOf<'policy-accepted'>): void {
    this.#policy.reset();
    this.#policy.set({ digest: identity.digest, revision: identity.revision ?? '' }, 1);
    this.#bounds.set({ bound: 'min' }, bounds.minNodes);
    this.#bounds.set({ bound: 'max' }, bounds.maxNodes);
    this.#thresholds.reset();
    for (const { resource, direction, percent } of thresholds)
      this.#thresholds.set({ resource, direction }, percent);
    this.#suspended.set(isSuspended ? 1 : 0);
    this.#policyValid.set(1);
  }

  #countMessage({ outcome, interruption }: EventOf<'interruption-queue'>): void {
    if (outcome === 'failed') return this.#queueErrors.inc();
    if (outcome === 'announced') return this.#interruptions.inc({ kind: interruption?.kind ?? 'unknown' });
    this.#ignored.inc({ why: outcome });
  }

  #countPlan(plan: Plan): void {
    this.#decisions.inc({ outcome: outcomeOf(plan) });
    for (const { what, reason } of plan.refusals) this.#refusals.inc({ what, code: reason.code });
    this.#current.set(plan.currentNodes);
    this.#desired.set(plan.desiredNodes);
    this.#showPool(plan.warmPool ?? NO_POOL);
  }

  #showPool({ size, waiting, filling, leaving, costUsdPerHour = Number.NaN }: PoolFigures): void {
    this.#poolSize.set(size);
    this.#poolCost.set(costUsdPerHour);
    this.#pool.set({ state: 'waiting' }, waiting);
    this.#pool.set({ state: 'filling' }, filling);
    this.#pool.set({ state: 'leaving' }, leaving);
  }

  #countOperation(operation: Operation): void {
    if (operation.kind === 'remove') {
      if (operation.step === 'removed' || operation.step === 'aborted')
        this.#removals.inc({ outcome: operation.step });
      return;
    }
    if (!hasEnded(operation)) return;
    const { code } = operation.outcome ?? {};
    this.#launches.inc({ outcome: code === CANCELLED ? CANCELLED : operation.step });
    for (const fault of operation.faults) this.#faults.inc({ class: fault.class });
    const { launchedAtMs, endedAtMs } = operation;
    if (operation.step === 'ready' && launchedAtMs !== undefined && endedAtMs !== undefined)
      this.#join.observe((endedAtMs - launchedAtMs) / 1000);
  }

  #collectFrom(sources: MetricsSources): void {
    this.#collected('leader', '1 while this replica may write.', (gauge) =>
      gauge.set(sources.isLeader() ? 1 : 0),
    );
    this.#collected('kubernetes_events_dropped', 'Events that could not be written.', (gauge) =>
      gauge.set(sources.eventsDropped()),
    );
    const watch = (name: string, help: string, value: (counts: WatchCounts) => number) =>
      this.#collected(
        name,
        help,
        (gauge) => {
          for (const [kind, counts] of Object.entries(sources.watches())) gauge.set({ kind }, value(counts));
        },
        ['kind'],
      );
    watch('watch_objects', 'Objects mirrored.', (counts) => counts.size);
    watch(
      'watch_silence_seconds',
      'Since the last sign of life of the watch.',
      (counts) => counts.lastEventAgeMs / 1000,
    );
    watch('watch_reconnects', 'Watches that went on where another ended.', (counts) => counts.reconnects);
    watch('watch_failures', 'Lists and watches that broke.', (counts) => counts.failures);
    watch('watch_relists', 'Full lists since the start.', (counts) =>
      Object.values(counts.relists).reduce((sum, count) => sum + count, 0),
    );
  }

  #collected(
    name: string,
    help: string,
    show: (gauge: Gauge) => void,
    labelNames: readonly string[] = [],
  ): void {
    const gauge: Gauge = new Gauge({
      ...namedMetric(this.registry, name, help),
      labelNames: [...labelNames],
      collect: () => show(gauge),
    });
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ ...namedMetric(this.registry, name, help), labelNames: [...labelNames] });
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ ...namedMetric(this.registry, name, help), labelNames: [...labelNames] });
  }
}
