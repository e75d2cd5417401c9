import type { Logger } from 'pino';
import { KubernetesEvents } from '../adapters/kubernetes/events.ts';
import { KubernetesCluster } from '../adapters/kubernetes/write.ts';
import { LeaseLeadership } from '../adapters/lease/lease-leadership.ts';
import { listen } from '../adapters/system/listen.ts';
import type { ControllerPorts } from '../loop/controller.ts';
import type { Clock, Cloud, Interruptions, Leadership, Telemetry } from '../ports.ts';
import { eventTextOf } from '../report/event-wording.ts';
import { type ReadinessCheck, startHttp } from '../report/http-server.ts';
import { jsonLog } from '../report/json-log.ts';
import { Metrics } from '../report/metrics.ts';
import { pageRouter } from '../report/page/page-router.ts';
import { PageState } from '../report/page/page-state.ts';
import { reportToAll } from '../report/reporters.ts';
import { leadWhileHeld } from './lead-while-held.ts';
import type { LedgerChoice } from './ledger-choice.ts';
import { type LiveCluster, openCluster } from './live-cluster.ts';
import { openPolicy, type PolicyChoice, type PolicyPart } from './policy-part.ts';
import { prefetchWhileStandby } from './prefetch-while-standby.ts';
import { settledFlag } from './settled-flag.ts';
import { openStateStore, type StateStore } from './state-store.ts';

/** Time limit at shutdown for flushing events and releasing the lease. */
const SHUTDOWN_FLUSH_MS = 3_000;

export interface ProcessOptions extends PolicyChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Where the operations and the lock are kept. */
  readonly ledger: LedgerChoice;
  /** The Lease by which one replica leads, in the policy's namespace; or the lock in the table. */
  readonly leaseName: string;
  readonly port: number;
  /** Unique to this process. */
  readonly identity: string;
}

/** What the process is given: the parts of the world outside the cluster, and the loop to run while it leads. */
export interface ProcessParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cloud: Cloud;
  readonly telemetry: Telemetry;
  /** Absent: AWS' announcements are not heard. */
  readonly interruptions?: Interruptions;
  /** Runs until the signal aborts, and resolves when its current step has ended. */
  readonly loop: (ports: ControllerPorts, signal: AbortSignal) => Promise<void>;
}

/**
 * One replica from start to end: mirrors the cluster, serves HTTP, waits for the lease, runs the loop while it leads.
 * Resolves `stopped` after the signal, with the lease given back; `lost` when another replica leads or may soon, and then
 * this process must end, since what it remembers is outdated. Throws a configuration `PortError` when it cannot start.
 */
export async function runAutoscaler(
  options: ProcessOptions,
  parts: ProcessParts,
  signal: AbortSignal,
): Promise<'stopped' | 'lost'> {
  const live = openCluster(options, parts.clock);
  const stop = new AbortController();
  let state: StateStore | undefined;
  try {
    const { clock, logger } = parts;
    const { namespace, leaseName } = options;
    state = await openStateStore(options.ledger, { live, clock, namespace, leaseName }, signal);
    const policy = await openPolicy(options, { live, clock, logger, signal: stop.signal });
    const isListed = settledFlag(live.view.synced(stop.signal));
    const leadership = leadershipOf(options.identity, state, parts);
    const voice = createReporters(options, { live, parts, leadership, policy });
    const http = await startHttp({
      listen,
      port: options.port,
      registry: voice.metrics.registry,
      readiness: () => checksOf(live, isListed, policy),
      routes: voice.page.router,
    });
    parts.logger.info({ port: http.port, identity: options.identity }, 'started');
    const ports = {
      cluster: new KubernetesCluster(live.view, live.transport),
      cloud: parts.cloud,
      telemetry: parts.telemetry,
      ...(parts.interruptions !== undefined && { interruptions: parts.interruptions }),
      ledger: state.ledger,
      leadership,
      clock: parts.clock,
      reporter: voice.reporter,
      policySource: policy.source,
      clusterName: options.clusterName,
    };
    try {
      return await standByAndLead(ports, { leadership, parts, signal });
    } finally {
      voice.page.close();
      await Promise.all([flushOnShutdown(voice.events, parts.clock), http.close()]);
    }
  } finally {
    stop.abort();
    state?.close();
    await live.close();
  }
}

interface LeadershipContest {
  readonly leadership: LeaseLeadership;
  readonly parts: ProcessParts;
  readonly signal: AbortSignal;
}

/** Has everything at hand while another replica leads, and runs the loop once this one does. */
async function standByAndLead(
  ports: ControllerPorts,
  { leadership, parts, signal }: LeadershipContest,
): Promise<'stopped' | 'lost'> {
  const leads = new AbortController();
  const warming = prefetchWhileStandby(ports, leads.signal, signal);
  try {
    return await leadWhileHeld(leadership, signal, async (held) => {
      parts.logger.info('leading');
      leads.abort();
      await parts.loop(ports, held);
    });
  } finally {
    leads.abort();
    await warming;
  }
}

/** The last events still go out, if the API server takes them soon. */
async function flushOnShutdown(events: KubernetesEvents, clock: Clock): Promise<void> {
  const isOver = new AbortController();
  const flushed = events.flushed().then(() => isOver.abort());
  await clock.sleep(SHUTDOWN_FLUSH_MS, isOver.signal);
  await events.close();
  await flushed;
}

function leadershipOf(identity: string, state: StateStore, parts: ProcessParts): LeaseLeadership {
  return new LeaseLeadership({
    store: state.lock,
    timesMs: state.lockTimesMs,
    clock: parts.clock,
    identity,
    random: Math.random,
    onFailure: (error) =>
      parts.logger.warn({ code: error.code }, `the lease cannot be had: ${error.message}`),
  });
}

interface ReporterDependencies {
  readonly live: LiveCluster;
  readonly parts: ProcessParts;
  readonly leadership: Leadership;
  readonly policy: PolicyPart;
}

/** All reporters of the process: log, metrics, events, status page. */
function createReporters(options: ProcessOptions, { live, parts, leadership, policy }: ReporterDependencies) {
  const events = new KubernetesEvents({
    transport: live.transport,
    textOf: eventTextOf,
    fleet: () => policy.fleetObject(),
    podUid: (namespace, name) =>
      live.view.view().pods.find((pod) => pod.name === name && pod.namespace === namespace)?.uid,
    instance: options.identity,
  });
  const metrics = new Metrics({
    isLeader: () => leadership.isLeader(),
    watches: () => ({ ...live.view.stats(), ...policy.stats() }),
    eventsDropped: () => events.dropped,
  });
  const state = new PageState(options.clusterName);
  const reporter = reportToAll([
    jsonLog(parts.logger),
    metrics,
    events,
    state,
    ...policy.answerers(leadership),
  ]);
  return { events, metrics, page: pageRouter(state), reporter };
}

/** A policy that is missing or invalid leaves the process ready: it says so itself, and keeps the last good one. */
function checksOf(live: LiveCluster, isListed: () => boolean, policy: PolicyPart): readonly ReadinessCheck[] {
  const stale = [...live.view.staleStores(), ...policy.staleStores()];
  const silent = stale.length === 0 ? {} : { detail: `nothing heard of ${stale.join(', ')}` };
  return [
    { name: 'cluster', ok: isListed() },
    { name: 'watches', ok: stale.length === 0, ...silent },
    { name: 'policy', ok: policy.isSynced(), ...detailOf(policy) },
  ];
}

function detailOf(policy: PolicyPart): { readonly detail?: string } {
  const detail = policy.isSynced() ? undefined : policy.fault();
  return detail === undefined ? {} : { detail };
}
