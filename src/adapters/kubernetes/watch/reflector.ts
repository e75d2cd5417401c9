import { type Clock, PortError } from '../../../ports.ts';
import { raceWithAbort } from '../../../time/race-with-abort.ts';
import { KubeApiError, type KubeTransport } from '../client.ts';
import { Backoff } from './backoff.ts';
import type { KubeResource } from './kube-resource.ts';
import { isGone, listInto } from './list-into.ts';
import { ObjectStore } from './object-store.ts';
import { WatchSession } from './watch-session.ts';

/** Past this without a sign of life what the store shows may no longer be true. */
const STALE_MS = 300_000;
/** Spread, so that the kinds' watches do not all end at once. */
const TIMEOUT_SECONDS = { from: 290, to: 580 };

/** Why the store was listed: at the start, because our resource version was too old, or because an event was unreadable. */
export type ListReason = 'start' | 'expired' | 'malformed';

/** What the reflector does next. */
type State =
  | { readonly kind: 'list'; readonly reason: ListReason }
  | { readonly kind: 'watch'; readonly from: string }
  | { readonly kind: 'wait'; readonly ms: number; readonly next: State };

export interface ReflectorOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** 0 ≤ value < 1; jitter only. */
  readonly random: () => number;
}

/** Counters since the start, for metrics. */
export interface ReflectorStats {
  readonly relists: Readonly<Record<ListReason, number>>;
  readonly reconnects: number;
  readonly failures: number;
  readonly lastEventAgeMs: number;
  readonly size: number;
}

/** Mirrors one kind of object: list once, then watch; every end of a watch leads back to it or, if need be, to a list. */
export class Reflector<T> {
  readonly store: ObjectStore<T>;
  readonly resource: KubeResource<T>;
  readonly #options: ReflectorOptions;
  readonly #backoff: Backoff;
  readonly #filled: Promise<void>;
  #markFilled: () => void = () => undefined;
  readonly #relists: Record<ListReason, number> = { start: 0, expired: 0, malformed: 0 };
  #reconnects = 0;
  #failures = 0;
  #fault: string | undefined;
  #lastEventAtMs: number;
  #filledAtMs: number;

  constructor(resource: KubeResource<T>, options: ReflectorOptions) {
    this.resource = resource;
    this.store = new ObjectStore(resource, options.clock);
    this.#options = options;
    this.#backoff = new Backoff(options.random);
    this.#lastEventAtMs = options.clock.monotonicMs();
    this.#filledAtMs = this.#lastEventAtMs;
    this.#filled = new Promise((resolve) => {
      this.#markFilled = resolve;
    });
  }

  /** Mirrors until the signal aborts, then resolves with nothing left open; never throws for what the world does. */
  async run(signal: AbortSignal): Promise<void> {
    let state: State = { kind: 'list', reason: 'start' };
    while (!signal.aborted) state = await this.#step(state, signal);
  }

  /** Resolves once the store has been filled; throws `PortError` when the signal aborts before. */
  async synced(signal: AbortSignal): Promise<void> {
    await raceWithAbort(this.#filled, signal, () => {
      throw new PortError(`${this.resource.name} are not listed yet`, {
        retry: 'transient',
        code: 'ABORTED',
      });
    });
  }

  /** What the last list or watch failed with, for people; `undefined` since the server was last heard. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Whether the last event is so old that the store may be stale. */
  isStale(): boolean {
    return this.#silentMs() > STALE_MS;
  }

  stats(): ReflectorStats {
    return {
      relists: { ...this.#relists },
      reconnects: this.#reconnects,
      failures: this.#failures,
      lastEventAgeMs: this.#silentMs(),
      size: this.store.size,
    };
  }

  #step(state: State, signal: AbortSignal): Promise<State> {
    switch (state.kind) {
      case 'list':
        return this.#list(state.reason, signal);
      case 'watch':
        return this.#watch(state, signal);
      case 'wait':
        return this.#options.clock.sleep(state.ms, signal).then(() => state.next);
    }
  }

  async #list(reason: ListReason, signal: AbortSignal): Promise<State> {
    this.#relists[reason] += 1;
    try {
      const from = await listInto(this.store, this.resource, this.#options.transport, signal);
      this.#onEvent();
      this.#onFilled();
      return { kind: 'watch', from };
    } catch (error) {
      return this.#waitAfter(error, 0, { kind: 'list', reason });
    }
  }

  async #watch(state: State & { kind: 'watch' }, signal: AbortSignal): Promise<State> {
    const { clock, transport, random } = this.#options;
    const startedAtMs = clock.monotonicMs();
    const range = TIMEOUT_SECONDS.to - TIMEOUT_SECONDS.from + 1;
    const session = new WatchSession({
      resource: this.resource,
      store: this.store,
      transport,
      clock,
      timeoutSeconds: TIMEOUT_SECONDS.from + Math.floor(random() * range),
      from: state.from,
      onEvent: () => this.#onEvent(),
    });
    const fault = await session.run(signal).then(
      () => undefined,
      (error: unknown) => error,
    );
    const next = this.#afterWatch(session.resourceVersion, fault);
    // That a version is too old is no fault of a server that has just been restarted, however often it was asked before.
    const sinceMs = isGone(fault) ? this.#filledAtMs : startedAtMs;
    return this.#waitAfter(fault, clock.monotonicMs() - sinceMs, next);
  }

  #afterWatch(from: string, fault: unknown): State {
    if (isGone(fault)) return { kind: 'list', reason: 'expired' };
    if (fault instanceof PortError && fault.code === 'MALFORMED_EVENT')
      return { kind: 'list', reason: 'malformed' };
    this.#reconnects += 1;
    return { kind: 'watch', from };
  }

  #waitAfter(fault: unknown, livedMs: number, next: State): State {
    if (fault !== undefined) {
      this.#failures += 1;
      this.#fault = fault instanceof Error ? fault.message : 'no reason given';
    }
    const retryAfterMs = fault instanceof KubeApiError ? fault.retryAfterMs : undefined;
    return { kind: 'wait', ms: this.#backoff.nextMs(livedMs, retryAfterMs), next };
  }

  #onFilled(): void {
    this.#filledAtMs = this.#options.clock.monotonicMs();
    this.#markFilled();
  }

  #onEvent(): void {
    this.#fault = undefined;
    this.#lastEventAtMs = this.#options.clock.monotonicMs();
  }

  #silentMs(): number {
    return this.#options.clock.monotonicMs() - this.#lastEventAtMs;
  }
}
