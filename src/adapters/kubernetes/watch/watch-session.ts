import { type Clock, PortError } from '../../../ports.ts';
import { KubeApiError, type KubeQuery, type KubeTransport } from '../client.ts';
import type { KubeResource, RawObject } from './kube-resource.ts';
import type { ObjectStore } from './object-store.ts';

/** Bookmarks come about each minute; a stream without any sign of life this long hangs on a dead connection. */
const SILENCE_LIMIT_MS = 180_000;

export interface WatchOptions<T> {
  readonly resource: KubeResource<T>;
  readonly store: ObjectStore<T>;
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly timeoutSeconds: number;
  /** The resource version to go on from. */
  readonly from: string;
  /** Called at every sign of life. */
  readonly onEvent: () => void;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: RawObject & { readonly code?: number };
}

/** One watch connection: applies its events to the store and remembers how far it came. */
export class WatchSession<T> {
  readonly #options: WatchOptions<T>;
  readonly #silence = new AbortController();
  #resourceVersion: string;
  #lastEventAtMs: number;

  constructor(options: WatchOptions<T>) {
    this.#options = options;
    this.#resourceVersion = options.from;
    this.#lastEventAtMs = options.clock.monotonicMs();
  }

  /** Where a next session goes on. */
  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  /**
   * Runs until the stream ends. Throws `KubeApiError` for an ERROR event, else what the transport throws; codes `SILENT`
   * and `MALFORMED_EVENT` are this session's own.
   */
  async run(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const watchdog = this.#watchSilence(AbortSignal.any([signal, ended.signal]));
    try {
      await this.#options.transport.watch({
        path: this.#options.resource.path,
        query: this.#query(),
        signal: AbortSignal.any([signal, this.#silence.signal]),
        onOpen: () => this.#recordEvent(),
        onLine: (line) => this.#receive(line),
      });
    } catch (cause) {
      if (!this.#silence.signal.aborted) throw cause;
      const message = `watch of ${this.#options.resource.name} was silent for ${SILENCE_LIMIT_MS / 1000} s`;
      throw new PortError(message, { retry: 'transient', code: 'SILENT', cause });
    } finally {
      ended.abort();
      await watchdog;
    }
  }

  #query(): KubeQuery {
    const { from, resource, timeoutSeconds } = this.#options;
    return {
      ...resource.query,
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds,
      resourceVersion: from,
    };
  }

  #recordEvent(): void {
    this.#lastEventAtMs = this.#options.clock.monotonicMs();
    this.#options.onEvent();
  }

  async #watchSilence(ended: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!ended.aborted) {
      const leftMs = this.#lastEventAtMs + SILENCE_LIMIT_MS - clock.monotonicMs();
      if (leftMs <= 0) return this.#silence.abort();
      await clock.sleep(leftMs, ended);
    }
  }

  #receive(line: string): void {
    try {
      this.#apply(JSON.parse(line) as WatchEvent);
      this.#recordEvent();
    } catch (cause) {
      if (cause instanceof PortError) throw cause;
      const message = `watch of ${this.#options.resource.name}: an event cannot be read`;
      throw new PortError(message, { retry: 'transient', code: 'MALFORMED_EVENT', cause });
    }
  }

  #apply(event: WatchEvent): void {
    const { store } = this.#options;
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        store.put(event.object);
        break;
      case 'DELETED':
        store.remove(event.object);
        break;
      case 'BOOKMARK':
        break;
      case 'ERROR':
        throw new KubeApiError(`watch of ${this.#options.resource.name}`, {
          status: event.object.code ?? 500,
          retryAfter: undefined,
          body: event.object,
        });
      default:
        return event.type satisfies never;
    }
    this.#resourceVersion = event.object.metadata.resourceVersion ?? this.#resourceVersion;
  }
}
