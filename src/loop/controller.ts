import { type ActContext, type ActPorts, actContext } from '../act/core/act-ports.ts';
import { persist } from '../act/core/progress.ts';
import { OperationRunner } from '../act/operation-runner.ts';
import { OrphanRecovery } from '../act/recover/orphan-recovery.ts';
import { UnmanagedInstanceNotices } from '../act/recover/unmanaged-instance-notices.ts';
import { cancelUntracked } from '../act/recover/untracked-operations.ts';
import { rememberAnnouncements } from '../act/remember-announcements.ts';
import { decide } from '../decide/decide.ts';
import { interruptionStatusOf } from '../decide/disrupt/interruptions/interruption-status.ts';
import { Notices } from '../events/notices.ts';
import type { Plan } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { NO_UNNEEDED_NODES, type UnneededNodes } from '../model/unneeded-nodes.ts';
import { InstanceCache } from '../observe/instance-cache.ts';
import { InterruptionInbox } from '../observe/interruption-inbox.ts';
import { type ObservePorts, Observer, type ObservationQuery } from '../observe/observer.ts';
import { SolutionCache } from '../packing/solution-cache.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';
import { type Interruptions, type PolicySource, PortError, type Telemetry } from '../ports.ts';
import { adoptable, recoveryContextOf, withAdopted, withoutUntracked } from './adoption.ts';
import { beginPlan } from './begin-plan.ts';
import { CatalogueNotices } from './catalogue-notices.ts';
import { LeaderTerm } from './leader-term.ts';
import { PolicyFollower } from './policy-follower.ts';
import { RoundTimer } from './round-timer.ts';

/** How often a replica without the lease, or without a policy, looks again. */
const IDLE_POLL_MS = 1_000;

export interface ControllerPorts extends ActPorts {
  readonly telemetry: Telemetry;
  readonly policySource: PolicySource;
  /** Absent: AWS' announcements are not heard, and machines are lost without a drain. */
  readonly interruptions?: Interruptions;
}

/**
 * The loop: wake, take a snapshot, decide, write the intents down, let them be carried out, report. At most one round at
 * a time; wakes that come meanwhile make one further round. Operations go on beside it.
 */
export class Controller {
  readonly #ports: ControllerPorts;
  readonly #context: ActContext;
  readonly #observer: Observer;
  readonly #runner: OperationRunner;
  readonly #policies: PolicyFollower;
  readonly #notices: Notices;
  readonly #recovery = new OrphanRecovery();
  readonly #catalogueNotices = new CatalogueNotices();
  readonly #unmanagedNotices = new UnmanagedInstanceNotices();
  readonly #inbox: InterruptionInbox | undefined;
  readonly #timer: RoundTimer;
  readonly #solutions = new SolutionCache();
  /** What the last round found of nodes that are not needed; the next one is told. */
  #unneeded: UnneededNodes = NO_UNNEEDED_NODES;
  #signal: AbortSignal | undefined;
  /** Of this replica's leadership; `undefined` while it does not lead. */
  #term: LeaderTerm | undefined;
  #lastFault: string | undefined;

  constructor(ports: ControllerPorts) {
    this.#ports = ports;
    const { interruptions } = ports;
    this.#inbox =
      interruptions === undefined
        ? undefined
        : new InterruptionInbox({ ...ports, interruptions }, () => this.wake());
    const announced = () => this.#inbox?.known() ?? [];
    const instances = new InstanceCache(ports, announced);
    this.#context = actContext(ports, instances);
    this.#observer = new Observer(ports, announced, instances);
    this.#policies = new PolicyFollower(ports);
    this.#timer = new RoundTimer(ports.clock, () => this.#onInterval());
    this.#runner = new OperationRunner(this.#context, () => this.#timer.wakeSoon());
    this.#notices = new Notices(ports, () => this.#policies.inForce?.identity);
  }

  /** Makes a round happen soon; wakes before it begins count as one. */
  wake(): void {
    this.#timer.wake();
  }

  /** Runs until the signal aborts; resolves once no further call is made. Failed rounds are reported and retried. */
  async run(signal: AbortSignal): Promise<void> {
    const { cluster, policySource } = this.#ports;
    this.#signal = signal;
    const stop = [cluster.onChange(() => this.#onChange()), policySource.onChange(() => this.wake())];
    const wake = () => this.wake();
    signal.addEventListener('abort', wake);
    try {
      await Promise.all([cluster.synced(signal), policySource.synced(signal)]);
      this.#runner.start(signal);
      this.wake();
      await Promise.all([this.#loop(signal), this.#inbox?.run(signal)]);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', wake);
      for (const unsubscribe of stop) unsubscribe();
      this.#timer.stop();
      await this.#runner.stopped();
    }
  }

  async #loop(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#timer.due(signal);
      if (signal.aborted) return;
      const nextMs = await this.#tryRound(signal);
      if (signal.aborted) return;
      this.#timer.setNext(nextMs);
    }
  }

  #onChange(): void {
    this.#runner.wake();
    if (this.#policies.inForce?.policy.loop.eventDriven === true) this.#timer.wakeSoon();
  }

  /** The interval fetches utilization first, so that the round sees it; a plan's own wake does not wait for that. */
  #onInterval(): void {
    const inForce = this.#policies.inForce;
    const signal = this.#signal;
    if (inForce === undefined || signal === undefined) this.wake();
    else void this.#refreshThenWake(inForce, signal);
  }

  async #refreshThenWake(inForce: PolicyInForce, signal: AbortSignal): Promise<void> {
    try {
      await this.#observer.refreshUtilization(observationQueryOf(inForce), signal);
    } catch (error) {
      this.#reportFault('Utilization could not be fetched', error, signal);
    }
    this.wake();
  }

  /** One round; returns when the next is due, on the monotonic clock: a time of day that is set back must not stop the rounds. */
  async #tryRound(signal: AbortSignal): Promise<number> {
    try {
      const nextMs = await this.#round(signal);
      this.#timer.onSuccess();
      this.#lastFault = undefined;
      return nextMs;
    } catch (error) {
      return this.#afterFailure(error, signal);
    }
  }

  #afterFailure(error: unknown, signal: AbortSignal): number {
    const pauseMs = this.#timer.onFailure();
    const what = `No decision could be made and it is tried again in ${pauseMs / 1000} s`;
    this.#reportFault(what, error, signal);
    return this.#ports.clock.monotonicMs() + pauseMs;
  }

  /** Each kind of fault is reported once until a round succeeds. */
  #reportFault(what: string, error: unknown, signal: AbortSignal): void {
    const code = error instanceof PortError ? error.code : 'internal';
    if (signal.aborted || code === this.#lastFault) return;
    this.#lastFault = code;
    const message = error instanceof Error ? error.message : String(error);
    this.#notices.warn({ code: 'round-failed', text: `${what}: ${message}`, facts: { code } });
  }

  async #round(signal: AbortSignal): Promise<number> {
    this.#policies.follow();
    const nowMs = this.#ports.clock.monotonicMs();
    const inForce = this.#policies.inForce;
    const term = this.#termNow();
    if (term === undefined) return nowMs + IDLE_POLL_MS;
    if (inForce === undefined) return this.#continue(term, signal);
    const intervalEndMs = this.#timer.intervalEndMs(inForce.policy.loop.intervalSeconds * 1000);
    const plan = await this.#decide(inForce, term, signal);
    return Math.min(intervalEndMs, this.#wakeOf(plan));
  }

  /** Plans speak of times of day. */
  #wakeOf(plan: Plan | undefined): number {
    const { clock } = this.#ports;
    const atMs = plan?.wakeAtMs ?? Number.POSITIVE_INFINITY;
    return clock.monotonicMs() + Math.max(0, Math.ceil(atMs - clock.now()));
  }

  /** Without a policy nothing is decided; what the ledger holds unfinished is finished or undone all the same. */
  async #continue(term: LeaderTerm, signal: AbortSignal): Promise<number> {
    if (!term.hasTakenUp) term.takeUp(await this.#ports.ledger.list(signal));
    return this.#ports.clock.monotonicMs() + IDLE_POLL_MS;
  }

  async #decide(inForce: PolicyInForce, term: LeaderTerm, signal: AbortSignal): Promise<Plan | undefined> {
    const { clock, leadership, reporter } = this.#ports;
    const startedMs = clock.monotonicMs();
    const seen = await this.#observer.takeSnapshot(observationQueryOf(inForce), signal);
    term.requireFleetSeen(seen);
    const nowMs = clock.now();
    const untracked = term.untrackedIn(seen.operations);
    const listed = withoutUntracked(seen.operations, untracked);
    const known = { ...seen, operations: this.#runner.freshest(listed) };
    const found = this.#recovery.find(known, recoveryContextOf(inForce, nowMs));
    const adopted = adoptable(found, inForce);
    const operations = withAdopted(known.operations, adopted);
    const snapshot = { ...known, operations, unneeded: this.#unneeded };
    const plan = decide(inForce, snapshot, nowMs, this.#solutions);
    this.#unneeded = plan.unneeded ?? NO_UNNEEDED_NODES;
    // Taking the snapshot may have taken longer than the lease.
    if (!leadership.isLeader() || signal.aborted) return undefined;
    const durationMs = clock.monotonicMs() - startedMs;
    reporter.report({ kind: 'decision', plan, snapshot, durationMs });
    for (const { reason, subject } of this.#unmanagedNotices.takeNew(snapshot))
      this.#notices.warn(reason, { subject });
    for (const reason of this.#catalogueNotices.takeNew(seen)) this.#notices.report('info', reason, {});
    for (const operation of untracked)
      await persist(cancelUntracked(operation, nowMs), this.#context, signal);
    term.takeUp(known.operations);
    const act = { context: this.#context, runner: this.#runner };
    const begun = await beginPlan({ plan, adopted }, act, signal);
    const after = { ...snapshot, operations: withAdopted(snapshot.operations, begun) };
    const { policy } = inForce;
    const open = this.#inbox?.settle(
      after,
      (one) => interruptionStatusOf(one, { snapshot: after, policy, nowMs }),
      signal,
    );
    await rememberAnnouncements(open ?? [], after.nodes, this.#context, signal);
    return plan;
  }

  /** The term under way, begun now if this replica has just become the leader; `undefined` when it does not lead. */
  #termNow(): LeaderTerm | undefined {
    if (this.#ports.leadership.isLeader()) {
      this.#term ??= new LeaderTerm({ runner: this.#runner, inbox: this.#inbox });
    } else {
      this.#term?.end();
      this.#term = undefined;
    }
    return this.#term;
  }
}

/** One decision on a world that is not changed: what `run` would do now. */
export async function decideOnce(
  ports: ObservePorts,
  inForce: PolicyInForce,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan; readonly snapshot: Snapshot }> {
  await ports.cluster.synced(signal);
  const observer = new Observer(ports);
  const query = observationQueryOf(inForce);
  await observer.refreshUtilization(query, signal);
  const snapshot = await observer.takeSnapshot(query, signal);
  return { plan: decide(inForce, snapshot, ports.clock.now()), snapshot };
}

function observationQueryOf({ policy }: PolicyInForce): ObservationQuery {
  const { upWindowSeconds, downWindowSeconds, scrapeIntervalSeconds } = policy.utilization;
  return {
    types: policy.instances.types,
    zones: policy.instances.zones,
    windowMs: Math.max(upWindowSeconds, downWindowSeconds) * 1000,
    stepMs: scrapeIntervalSeconds * 1000,
  };
}
