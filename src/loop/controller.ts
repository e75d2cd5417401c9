import { beginOperation } from '../act/begin-operation.ts';
import { type ActContext, type ActPorts, actContext } from '../act/core/act-ports.ts';
import { writeDown } from '../act/core/progress.ts';
import { OperationRunner } from '../act/operation-runner.ts';
import { Leftovers } from '../act/recover/leftovers.ts';
import { StrangerNotices } from '../act/recover/stranger-notices.ts';
import { callOffStray } from '../act/recover/stray-intents.ts';
import { rememberAnnouncements } from '../act/remember-announcements.ts';
import { decide } from '../decide/decide.ts';
import { standingOf } from '../decide/disrupt/interruptions/standing.ts';
import { decisionIdOf } from '../decide/text/ids.ts';
import type { Operation } from '../model/operation.ts';
import type { AbortAction, Action, LaunchAction, Plan, RemoveAction } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { InstanceCache } from '../observe/instance-cache.ts';
import { InterruptionInbox } from '../observe/interruption-inbox.ts';
import { type ObservePorts, Observer, type Outlook } from '../observe/observer.ts';
import { KnownSolutions } from '../packing/known-solutions.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';
import {
  type Interruptions,
  type NoticeSubject,
  type PolicySource,
  PortError,
  type Telemetry,
} from '../ports.ts';
import { Alarm } from '../time/alarm.ts';
import { Latch } from '../time/latch.ts';
import { PolicyFollower } from './policy-follower.ts';

/** Changes of the cluster and steps of operations within this time make one round. */
const COALESCE_MS = 50;
/** How often a replica without the lease, or without a policy, looks again. */
const IDLE_LOOK_MS = 1_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_LONGEST_MS = 30_000;

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
  readonly #leftovers = new Leftovers();
  readonly #strangers = new StrangerNotices();
  readonly #inbox: InterruptionInbox | undefined;
  readonly #latch = new Latch();
  readonly #solutions = new KnownSolutions();
  /** Rings for the next round by time: the interval, or what the last plan waits for. */
  readonly #alarm: Alarm;
  /** Rings soon after a change of the cluster or a step of an operation. */
  readonly #changes: Alarm;
  #signal: AbortSignal | undefined;
  /** When the interval is over, on the monotonic clock. */
  #tickAtMs = Number.NEGATIVE_INFINITY;
  #wasLeader = false;
  /** Whether EC2 has listed the fleet since this replica leads. */
  #hasSeenFleet = false;
  /** Whether the ledger's operations were taken up, since this replica leads. */
  #hasTakenUp = false;
  #failures = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #lastTrouble: string | undefined;

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
    this.#changes = new Alarm(ports.clock, () => this.wake());
    this.#runner = new OperationRunner(this.#context, () => this.#changes.ringWithin(COALESCE_MS));
    this.#alarm = new Alarm(ports.clock, () => this.#onTime());
  }

  /** Makes a round happen soon; wakes before it begins count as one. */
  wake(): void {
    this.#latch.ring();
  }

  /** Runs until the signal aborts; resolves once no further call is made. Rounds that fail are told of and repeated. */
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
      this.#alarm.set(undefined);
      this.#changes.set(undefined);
      await this.#runner.stopped();
    }
  }

  async #loop(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#latch.wait();
      if (signal.aborted) return;
      // After a failed round changes wait as well: whatever failed would be asked at their pace otherwise.
      const heldMs = this.#notBeforeMs - this.#ports.clock.monotonicMs();
      if (heldMs > 0) {
        this.#alarm.set(this.#notBeforeMs);
        continue;
      }
      const nextMs = await this.#tryRound(signal);
      if (signal.aborted) return;
      this.#alarm.set(nextMs);
    }
  }

  #onChange(): void {
    this.#runner.wake();
    if (this.#policies.inForce?.policy.loop.eventDriven === true) this.#changes.ringWithin(COALESCE_MS);
  }

  /** The interval fetches utilization first, so that the round sees it; a plan's own wake does not wait for that. */
  #onTime(): void {
    const inForce = this.#policies.inForce;
    const signal = this.#signal;
    if (inForce === undefined || signal === undefined || this.#ports.clock.monotonicMs() < this.#tickAtMs) {
      this.wake();
      return;
    }
    void this.#refreshThenWake(inForce, signal);
  }

  async #refreshThenWake(inForce: PolicyInForce, signal: AbortSignal): Promise<void> {
    try {
      await this.#observer.refreshUtilization(outlookOf(inForce), signal);
    } catch (error) {
      this.#tellTrouble('Utilization could not be fetched', error, signal);
    }
    this.wake();
  }

  /** One round; returns when the next is due, on the monotonic clock: a time of day that is set back must not stop the rounds. */
  async #tryRound(signal: AbortSignal): Promise<number> {
    try {
      const nextMs = await this.#round(signal);
      this.#failures = 0;
      this.#lastTrouble = undefined;
      return nextMs;
    } catch (error) {
      return this.#afterFailure(error, signal);
    }
  }

  #afterFailure(error: unknown, signal: AbortSignal): number {
    const pauseMs = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    const what = `No decision could be made and it is tried again in ${pauseMs / 1000} s`;
    this.#tellTrouble(what, error, signal);
    this.#notBeforeMs = this.#ports.clock.monotonicMs() + pauseMs;
    return this.#notBeforeMs;
  }

  /** Each kind of trouble is told once until a round succeeds. */
  #tellTrouble(what: string, error: unknown, signal: AbortSignal): void {
    const code = error instanceof PortError ? error.code : 'internal';
    if (signal.aborted || code === this.#lastTrouble) return;
    this.#lastTrouble = code;
    const message = error instanceof Error ? error.message : String(error);
    this.#tell('warning', { code: 'round-failed', text: `${what}: ${message}`, facts: { code } });
  }

  async #round(signal: AbortSignal): Promise<number> {
    this.#policies.follow();
    const nowMs = this.#ports.clock.monotonicMs();
    const inForce = this.#policies.inForce;
    if (!this.#leads()) return nowMs + IDLE_LOOK_MS;
    if (inForce === undefined) return this.#carryOn(signal);
    if (nowMs >= this.#tickAtMs) this.#tickAtMs = nowMs + inForce.policy.loop.intervalSeconds * 1000;
    const plan = await this.#decide(inForce, signal);
    return Math.min(this.#tickAtMs, this.#wakeOf(plan));
  }

  /** Plans speak of times of day. */
  #wakeOf(plan: Plan | undefined): number {
    const { clock } = this.#ports;
    const atMs = plan?.wakeAtMs ?? Number.POSITIVE_INFINITY;
    return clock.monotonicMs() + Math.max(0, Math.ceil(atMs - clock.now()));
  }

  /** Without a policy nothing is decided; what the ledger holds unfinished is finished or undone all the same. */
  async #carryOn(signal: AbortSignal): Promise<number> {
    if (!this.#hasTakenUp) this.#takeUp(await this.#ports.ledger.list(signal));
    return this.#ports.clock.monotonicMs() + IDLE_LOOK_MS;
  }

  async #decide(inForce: PolicyInForce, signal: AbortSignal): Promise<Plan | undefined> {
    const { clock, leadership, reporter } = this.#ports;
    const startedMs = clock.monotonicMs();
    const seen = await this.#observer.takeSnapshot(outlookOf(inForce), signal);
    this.#requireFleetSeen(seen);
    const nowMs = clock.now();
    const strays = this.#straysAmong(seen.operations);
    const listed = without(seen.operations, strays);
    const known = { ...seen, operations: this.#runner.freshest(listed) };
    const found = this.#leftovers.find(known, adoptionOf(inForce, nowMs));
    // A suspended policy changes nothing, but a node that we cordoned is uncordoned.
    const adopted = inForce.policy.suspend ? found.filter(isDrain) : found;
    const snapshot = { ...known, operations: withAdopted(known.operations, adopted) };
    const plan = decide(inForce, snapshot, nowMs, this.#solutions);
    // Taking the snapshot may have taken longer than the lease.
    if (!leadership.isLeader() || signal.aborted) return undefined;
    const durationMs = clock.monotonicMs() - startedMs;
    reporter.report({ kind: 'decision', plan, snapshot, durationMs });
    for (const { reason, subject } of this.#strangers.news(snapshot)) this.#tell('warning', reason, subject);
    for (const stray of strays) await writeDown(callOffStray(stray, nowMs), this.#context, signal);
    this.#takeUp(known.operations);
    const begun = await this.#begin(plan, adopted, signal);
    const after = { ...snapshot, operations: withAdopted(snapshot.operations, begun) };
    const { policy } = inForce;
    const open = this.#inbox?.settle(
      after,
      (one) => standingOf(one, { snapshot: after, policy, nowMs }),
      signal,
    );
    await rememberAnnouncements(open ?? [], after.nodes, this.#context, signal);
    return plan;
  }

  /** What the ledger holds unfinished goes on here: after a restart, or when another replica led before. */
  #takeUp(operations: readonly Operation[]): void {
    this.#runner.track(operations);
    this.#hasTakenUp = true;
  }

  /** An intent from before this replica led is in the first list, an own one is known. */
  #straysAmong(operations: readonly Operation[]): readonly Operation[] {
    if (!this.#hasTakenUp) return [];
    return this.#runner.strangers(operations).filter(({ step }) => step === 'intended');
  }

  /**
   * Machines that boot are known from the ledger or from EC2. A successor may have an empty ledger, so before EC2's first
   * list it would buy them again (F22).
   */
  #requireFleetSeen({ instances }: Snapshot): void {
    if (instances.status === 'known') this.#hasSeenFleet = true;
    if (this.#hasSeenFleet || instances.status === 'known') return;
    throw new PortError(`EC2 has not listed the fleet yet: ${instances.why}`, {
      retry: 'transient',
      code: 'fleet-unseen',
    });
  }

  /** Intents first: an operation is in the ledger before anything is done for it. */
  async #begin(
    plan: Plan,
    adopted: readonly Operation[],
    signal: AbortSignal,
  ): Promise<readonly Operation[]> {
    const begun: Operation[] = [...adopted];
    for (const action of plan.actions) {
      if (isBeginning(action)) begun.push(beginOperation(action, plan, plan.decidedAtMs));
    }
    for (const operation of begun) {
      await writeDown(operation, this.#context, signal);
      this.#runner.track([operation]);
    }
    for (const action of plan.actions) {
      if (isAbort(action)) this.#runner.abort(action.operationId, action.reasons);
      else if (action.kind === 'hasten-removal') this.#runner.hasten(action);
    }
    return begun;
  }

  #leads(): boolean {
    const isLeader = this.#ports.leadership.isLeader();
    if (this.#wasLeader && !isLeader) {
      this.#runner.reset();
      this.#inbox?.reset();
      this.#hasSeenFleet = false;
      this.#hasTakenUp = false;
    }
    this.#wasLeader = isLeader;
    return isLeader;
  }

  #tell(severity: 'info' | 'warning', reason: Reason, subject: NoticeSubject = { kind: 'fleet' }): void {
    const policy = this.#policies.inForce?.identity;
    this.#ports.reporter.report({
      kind: 'notice',
      severity,
      subject,
      reason,
      ...(policy === undefined ? {} : { policy }),
      atMs: this.#ports.clock.now(),
    });
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
  const outlook = outlookOf(inForce);
  await observer.refreshUtilization(outlook, signal);
  const snapshot = await observer.takeSnapshot(outlook, signal);
  return { plan: decide(inForce, snapshot, ports.clock.now()), snapshot };
}

function outlookOf({ policy }: PolicyInForce): Outlook {
  const { upWindowSeconds, downWindowSeconds, scrapeIntervalSeconds } = policy.utilization;
  return {
    types: policy.instances.types,
    zones: policy.instances.zones,
    windowMs: Math.max(upWindowSeconds, downWindowSeconds) * 1000,
    stepMs: scrapeIntervalSeconds * 1000,
  };
}

function adoptionOf({ policy, identity }: PolicyInForce, nowMs: number) {
  return {
    decisionId: decisionIdOf(nowMs, identity),
    policy: identity,
    nowMs,
    joinTimeoutMs: policy.launch.joinTimeoutSeconds * 1000,
    drainTimeoutMs: policy.shrink.drainTimeoutSeconds * 1000,
    graceLimitSeconds: policy.shrink.graceLimitSeconds,
  };
}

function isAbort(action: Action): action is AbortAction {
  return action.kind === 'abort-removal' || action.kind === 'abort-launch';
}

function isBeginning(action: Action): action is LaunchAction | RemoveAction {
  return action.kind === 'launch' || action.kind === 'remove';
}

function isDrain({ step }: Operation): boolean {
  return step === 'draining' || step === 'aborting';
}

/** The same list where nothing is taken out: what was read from it once need not be read again. */
function without(operations: readonly Operation[], strays: readonly Operation[]): readonly Operation[] {
  return strays.length === 0 ? operations : operations.filter((operation) => !strays.includes(operation));
}

function withAdopted(operations: readonly Operation[], adopted: readonly Operation[]): readonly Operation[] {
  if (adopted.length === 0) return operations;
  const ids = new Set(adopted.map((operation) => operation.id));
  return [...operations.filter((operation) => !ids.has(operation.id)), ...adopted];
}
