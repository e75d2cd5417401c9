import { isDeepStrictEqual } from 'node:util';
import { type Clock, type Leadership, PortError, type ReportEvent, type Reporter } from '../../../ports.ts';
import { whenAborted } from '../../../time/when-aborted.ts';
import { KubeApiError, type KubeTransport } from '../client.ts';
import { Backoff } from '../watch.ts';
import { NodeFleetDraft } from './node-fleet-draft.ts';
import {
  NODE_FLEET,
  type NodeFleetRef,
  type NodeFleetStatus,
  nodeFleetCollection,
} from './node-fleet-resource.ts';

/** Counts change with every pod; people and watches need no more. */
const COUNTS_EVERY_MS = 5_000;
const FIELD_MANAGER = 'smartscale-status';

export interface NodeFleetStatusOptions {
  readonly ref: NodeFleetRef;
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly leadership: Pick<Leadership, 'isLeader'>;
  /** The status that the object has now, to go on from; `undefined` while there is no object. */
  readonly present: () => NodeFleetStatus | undefined;
  /** 0 ≤ value < 1; jitter only. */
  readonly random: () => number;
  /** Called with what keeps the status from being written; it is tried again. */
  readonly onFailure: (error: PortError) => void;
}

/**
 * Writes what is reported into the NodeFleet's status, by server-side apply, so that a field that is not known is gone rather than
 * old. Reporting returns at once. What happened to a policy is written at once, counts every few seconds and only when they
 * changed; only the leader writes. A write that fails is repeated with what is newest by then.
 */
export class NodeFleetStatusWriter implements Reporter {
  readonly #options: NodeFleetStatusOptions;
  readonly #backoff: Backoff;
  #draft: NodeFleetDraft | undefined;
  #written: NodeFleetStatus | undefined;
  /** When the next write is due, by the monotonic clock; `undefined`: none is. */
  #dueAtMs: number | undefined;
  /** Not before, whatever is due: after a failure. */
  #notBeforeMs = 0;
  #failedAtMs = 0;
  #countsFromMs = 0;
  #isUrgent = false;
  #change = new AbortController();

  constructor(options: NodeFleetStatusOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  report(event: ReportEvent): void {
    this.#draft ??= new NodeFleetDraft(this.#options.present() ?? {});
    const urgency = this.#draft.take(event);
    if (urgency === 'never') return;
    if (urgency === 'at once') this.#isUrgent = true;
    const atMs = urgency === 'at once' ? 0 : this.#countsFromMs;
    this.#dueAtMs = Math.min(this.#dueAtMs ?? Number.POSITIVE_INFINITY, atMs);
    this.#change.abort();
  }

  /** Writes what is reported until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      this.#change = new AbortController();
      const dueAtMs = this.#dueAtMs === undefined ? undefined : Math.max(this.#dueAtMs, this.#notBeforeMs);
      const changed = AbortSignal.any([signal, this.#change.signal]);
      if (dueAtMs === undefined) await whenAborted(changed);
      else if (dueAtMs > clock.monotonicMs()) await clock.sleep(dueAtMs - clock.monotonicMs(), changed);
      else await this.#write(signal);
    }
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { clock, leadership } = this.#options;
    const status = this.#draft?.status(clock.now());
    const isUrgent = this.#isUrgent;
    this.#dueAtMs = undefined;
    this.#isUrgent = false;
    if (status === undefined || !leadership.isLeader()) return;
    if (!isUrgent && isDeepStrictEqual(status, this.#written)) return;
    this.#countsFromMs = clock.monotonicMs() + COUNTS_EVERY_MS;
    try {
      await this.#apply(status, signal);
      this.#written = status;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      this.#fail(error, isUrgent, signal);
    }
  }

  #apply(status: NodeFleetStatus, signal: AbortSignal): Promise<unknown> {
    const { ref, transport } = this.#options;
    return transport.request({
      method: 'PATCH',
      path: `${nodeFleetCollection(ref.namespace)}/${encodeURIComponent(ref.name)}/status`,
      query: { fieldManager: FIELD_MANAGER, force: true },
      // JSON is YAML.
      contentType: 'application/apply-patch+yaml',
      body: { ...NODE_FLEET, metadata: ref, status },
      signal,
    });
  }

  #fail(error: PortError, wasUrgent: boolean, signal: AbortSignal): void {
    if (signal.aborted) return;
    // Without the object there is nothing to write to; a new one is news for its source, and that comes by here.
    if (error instanceof KubeApiError && error.status === 404) return;
    this.#options.onFailure(error);
    const { clock } = this.#options;
    const retryAfterMs = error instanceof KubeApiError ? error.retryAfterMs : undefined;
    this.#isUrgent ||= wasUrgent;
    const nowMs = clock.monotonicMs();
    this.#notBeforeMs = nowMs + this.#backoff.nextMs(nowMs - this.#failedAtMs, retryAfterMs);
    this.#failedAtMs = nowMs;
    this.#dueAtMs ??= this.#notBeforeMs;
  }
}
