import { memoizeByIdentity } from '../model/memoize-by-identity.ts';
import { hasEnded, type Operation } from '../model/operation.ts';
import type { ExpediteRemovalAction } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import { PortError } from '../ports.ts';
import { backoffMs } from '../time/backoff.ts';
import { WakeTimer } from '../time/wake-timer.ts';
import type { ActContext } from './core/act-ports.ts';
import { warn } from './core/notice.ts';
import type { Progress } from './core/progress.ts';
import { abortLaunch, advanceLaunch } from './launch/advance-launch.ts';
import { abortRemoval, advanceRemoval } from './remove/advance-removal.ts';
import { expediteRemoval } from './remove/expedite-removal.ts';

/** Maximum number of operations that run a step at the same time; the others are queued. */
const MAX_RUNNING = 16;
/** Changes of the cluster within this time wake the operations once. */
const COALESCE_MS = 50;
const RETRY = { firstMs: 1_000, maxMs: 30_000 } as const;
/** How soon an operation looks again whether this replica may go on with it, after the lease was away. */
const LEASE_POLL_MS = 1_000;
/** Ended operations that are remembered, so that a ledger's older answer does not bring them back. */
const MAX_ENDED = 500;

interface Entry {
  operation: Operation;
  /** When the next step is worth trying by itself, on the monotonic clock, as the next. */
  wakeAtMs: number;
  /** After a failed call: no step before, whatever changes. */
  notBeforeMs: number;
  isWoken: boolean;
  isRunning: boolean;
  failures: number;
  lastFault: string | undefined;
  abortReasons: readonly Reason[] | undefined;
  expedited: ExpediteRemovalAction | undefined;
}

/**
 * Takes every operation forward: one step at a time each, side by side with the others, woken by changes of the cluster and by
 * time. Callers do not wait for it. A failed step is retried with exponential back-off and reported once per kind of fault.
 */
export class OperationRunner {
  readonly #ports: ActContext;
  readonly #onStep: () => void;
  readonly #entries = new Map<string, Entry>();
  readonly #ended = new Map<string, Operation>();
  readonly #running = new Set<Promise<void>>();
  /** The last answer of `freshest`, until an operation changes. */
  #freshened: { readonly listed: readonly Operation[]; readonly known: readonly Operation[] } | undefined;
  readonly #timer: WakeTimer;
  #signal: AbortSignal | undefined;

  /** `onStep` is called after each step that changed an operation; it must return at once and not throw. */
  constructor(ports: ActContext, onStep: () => void) {
    this.#ports = ports;
    this.#onStep = onStep;
    this.#timer = new WakeTimer(ports.clock, () => this.#startDue());
  }

  /** Steps are taken from now on, until the signal aborts. */
  start(signal: AbortSignal): void {
    this.#signal = signal;
    this.#startDue();
  }

  /** Resolves once no step is being taken, after the signal has aborted. */
  async stopped(): Promise<void> {
    this.#timer.set(undefined);
    await Promise.all(this.#running);
  }

  /** Takes up the operations that are not known here and have not ended. They must be in the ledger. */
  track(operations: readonly Operation[]): void {
    for (const operation of this.untracked(operations)) {
      this.#entries.set(operation.id, newEntry(operation));
      this.#freshened = undefined;
    }
    this.#startDue();
  }

  /** Those that have not ended and that this runner was never given. */
  untracked(operations: readonly Operation[]): readonly Operation[] {
    return unendedIn(operations).filter((one) => !this.#entries.has(one.id) && !this.#isOlderThanEnd(one));
  }

  /**
   * Asks a removal to stop and uncordon, or a launch to terminate what it made; without effect once the removal's instance is being
   * terminated, or the launch's is a worker.
   */
  abort(operationId: string, reasons: readonly Reason[]): void {
    const entry = this.#entries.get(operationId);
    if (entry === undefined) return;
    entry.abortReasons = reasons;
    entry.isWoken = true;
    this.#startDue();
  }

  /** Gives a removal less time; without effect once its instance is being terminated, or it has turned back. */
  expedite(action: ExpediteRemovalAction): void {
    const entry = this.#entries.get(action.operationId);
    if (entry === undefined) return;
    entry.expedited = action;
    entry.isWoken = true;
    this.#startDue();
  }

  /** Something changed in the cluster: every operation looks again, soon. */
  wake(): void {
    if (this.#entries.size === 0) return;
    for (const entry of this.#entries.values()) entry.isWoken = true;
    this.#timer.fireWithin(COALESCE_MS);
  }

  /** Clears all state: another replica may have continued the operations, and the ledger is the source of truth. */
  reset(): void {
    this.#entries.clear();
    this.#ended.clear();
    this.#freshened = undefined;
  }

  /** The ledger's list with what this runner knows better, since it made the later steps. */
  freshest(listed: readonly Operation[]): readonly Operation[] {
    if (this.#freshened?.listed === listed) return this.#freshened.known;
    const found = listed.map(
      (operation) => this.#entries.get(operation.id)?.operation ?? this.#endOf(operation) ?? operation,
    );
    const known = found.every((operation, index) => operation === listed[index]) ? listed : found;
    this.#freshened = { listed, known };
    return known;
  }

  #endOf(operation: Operation): Operation | undefined {
    return this.#isOlderThanEnd(operation) ? this.#ended.get(operation.id) : undefined;
  }

  /** An id may be resumed after its end (an orphan found later), but not by an older answer of the ledger. */
  #isOlderThanEnd(operation: Operation): boolean {
    const ended = this.#ended.get(operation.id);
    return ended !== undefined && operation.createdAtMs <= ended.createdAtMs;
  }

  #startDue(): void {
    const signal = this.#signal;
    if (signal === undefined || signal.aborted) return;
    const nowMs = this.#ports.clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      if (entry.isRunning) continue;
      const dueMs = Math.max(entry.notBeforeMs, entry.isWoken ? Number.NEGATIVE_INFINITY : entry.wakeAtMs);
      if (dueMs > nowMs) nextMs = Math.min(nextMs, dueMs);
      else if (this.#running.size < MAX_RUNNING) this.#begin(entry, signal);
    }
    this.#timer.set(Number.isFinite(nextMs) ? nextMs : undefined);
  }

  #begin(entry: Entry, signal: AbortSignal): void {
    entry.isRunning = true;
    entry.isWoken = false;
    const run = this.#step(entry, signal).finally(() => {
      this.#running.delete(run);
      entry.isRunning = false;
      this.#startDue();
    });
    this.#running.add(run);
  }

  async #step(entry: Entry, signal: AbortSignal): Promise<void> {
    const before = entry.operation;
    try {
      const progress = await this.#advance(entry, signal);
      if (this.#entries.get(before.id) !== entry) return;
      if (!this.#ports.leadership.isLeader()) {
        // The step's result may be missing in the ledger; the operation keeps its former step, since each step may be repeated.
        entry.wakeAtMs = this.#ports.clock.monotonicMs() + LEASE_POLL_MS;
        return;
      }
      entry.operation = progress.operation;
      this.#freshened = undefined;
      entry.wakeAtMs = this.#dueAtMs(progress);
      entry.failures = 0;
      entry.lastFault = undefined;
    } catch (error) {
      this.#postpone(entry, error, signal);
    }
    if (hasEnded(entry.operation)) this.#close(entry.operation);
    if (entry.operation !== before) this.#onStep();
  }

  /** A step names a time of day; from now on it counts down, whatever becomes of that. */
  #dueAtMs({ wakeAtMs = Number.POSITIVE_INFINITY }: Progress): number {
    const { clock } = this.#ports;
    return clock.monotonicMs() + Math.max(0, Math.ceil(wakeAtMs - clock.now()));
  }

  #advance(entry: Entry, signal: AbortSignal): Promise<Progress> {
    const { operation, abortReasons, expedited } = entry;
    entry.abortReasons = undefined;
    entry.expedited = undefined;
    if (operation.kind === 'launch') {
      return abortReasons === undefined
        ? advanceLaunch(operation, this.#ports, signal)
        : abortLaunch(operation, abortReasons, this.#ports, signal);
    }
    if (abortReasons !== undefined) return abortRemoval(operation, abortReasons, this.#ports, signal);
    if (expedited !== undefined) return expediteRemoval(operation, expedited, this.#ports, signal);
    return advanceRemoval(operation, this.#ports, signal);
  }

  #postpone(entry: Entry, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    entry.failures += 1;
    const pauseMs = backoffMs(entry.failures, RETRY);
    entry.notBeforeMs = this.#ports.clock.monotonicMs() + pauseMs;
    entry.isWoken = true;
    const { code, message } = describe(error);
    if (entry.lastFault === code) return;
    entry.lastFault = code;
    const { kind, step, id } = entry.operation;
    const text = `The ${kind} ${id} stays at '${step}' and is retried in ${pauseMs / 1_000} s: ${message}`;
    warn(entry.operation, { code: 'operation-stuck', text, facts: { code } }, this.#ports);
  }

  #close(operation: Operation): void {
    this.#freshened = undefined;
    this.#entries.delete(operation.id);
    this.#ended.delete(operation.id);
    this.#ended.set(operation.id, operation);
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined && this.#ended.size > MAX_ENDED) this.#ended.delete(oldest);
  }
}

const unendedIn = memoizeByIdentity((operations: readonly Operation[]): readonly Operation[] =>
  operations.filter((operation) => !hasEnded(operation)),
);

function newEntry(operation: Operation): Entry {
  return {
    operation,
    wakeAtMs: Number.NEGATIVE_INFINITY,
    notBeforeMs: Number.NEGATIVE_INFINITY,
    isWoken: true,
    isRunning: false,
    failures: 0,
    lastFault: undefined,
    abortReasons: undefined,
    expedited: undefined,
  };
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof PortError) return { code: error.code, message: error.message };
  return {
    code: 'internal',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
