import { type EventText, messageOf } from '../../../events/event-text.ts';
import { PortError, type ReportEvent, type Reporter } from '../../../ports.ts';
import { KubeApiError, kubeTime, type KubeTransport } from '../client.ts';

/** Events alike within this time become one with a count. */
const AGGREGATION_MS = 600_000;
/** Events that wait; a storm beyond it is dropped, the oldest stay since they tell how it began. */
const QUEUE_LIMIT = 200;
const REMEMBERED_LIMIT = 500;
/** The API server refuses longer messages. */
const MESSAGE_LIMIT_CHARS = 1024;

/** The object that an Event is attached to. */
export interface EventObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for objects outside namespaces; their Events live in `default`, where kubectl looks for them. */
  readonly namespace?: string;
  readonly uid?: string;
}

export interface KubernetesEventsOptions {
  readonly transport: KubeTransport;
  /** The Event that a report is worth; `undefined`: none. */
  readonly textOf: (event: ReportEvent) => EventText | undefined;
  /** What events about the fleet as a whole are attached to: the NodeFleet, with its uid once that is known. */
  readonly fleet: () => EventObject;
  /** The uid of a pod, where it is known: `kubectl describe` shows only events that carry it. */
  readonly podUid: (namespace: string, name: string) => string | undefined;
  /** Name of this process, as it stands in the Event. */
  readonly instance: string;
}

interface Written {
  readonly name: string;
  readonly namespace: string;
  readonly firstAtMs: number;
  readonly count: number;
}

/**
 * Writes reports as core/v1 Events, so that `kubectl describe` tells them. Reporting returns at once; what cannot be
 * written is counted and dropped.
 */
export class KubernetesEvents implements Reporter {
  readonly #options: KubernetesEventsOptions;
  readonly #written = new Map<string, Written>();
  readonly #queue: EventText[] = [];
  readonly #stop = new AbortController();
  #draining: Promise<void> | undefined;
  #sequence = 0;
  /** Events that were not written: the queue was full, or the API server refused them. */
  dropped = 0;

  constructor(options: KubernetesEventsOptions) {
    this.#options = options;
  }

  report(event: ReportEvent): void {
    const text = this.#options.textOf(event);
    if (text === undefined || this.#stop.signal.aborted) return;
    if (this.#queue.length >= QUEUE_LIMIT) {
      this.dropped += 1;
      return;
    }
    this.#queue.push(text);
    this.#draining ??= this.#drain();
  }

  /** Resolves when everything reported so far is written or dropped. */
  async flushed(): Promise<void> {
    await this.#draining;
  }

  /** Gives up what waits. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#draining;
  }

  async #drain(): Promise<void> {
    for (let text = this.#queue.shift(); text !== undefined; text = this.#queue.shift()) {
      try {
        await this.#write(text);
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        this.dropped += 1;
      }
    }
    this.#draining = undefined;
  }

  async #write(text: EventText): Promise<void> {
    const object = this.#objectOf(text);
    const key = [object.kind, object.namespace, object.name, typeOf(text), text.reason].join('/');
    const before = this.#written.get(key);
    const isAlike = before !== undefined && text.atMs - before.firstAtMs < AGGREGATION_MS;
    const again = isAlike ? await this.#countUp(before, text) : undefined;
    const written = again ?? (await this.#create(text, object));
    // Inserted anew, so that the oldest come first when some must be forgotten.
    this.#written.delete(key);
    this.#written.set(key, written);
    const [oldest] = this.#written.keys();
    if (this.#written.size > REMEMBERED_LIMIT && oldest !== undefined) this.#written.delete(oldest);
  }

  /** `undefined` when the Event has expired on the server. */
  async #countUp(before: Written, text: EventText): Promise<Written | undefined> {
    const count = before.count + 1;
    try {
      await this.#options.transport.request({
        method: 'PATCH',
        path: `${collection(before.namespace)}/${before.name}`,
        contentType: 'application/merge-patch+json',
        body: { count, lastTimestamp: kubeTime(text.atMs), message: messageOf(text, MESSAGE_LIMIT_CHARS) },
        signal: this.#stop.signal,
      });
      return { ...before, count };
    } catch (error) {
      if (error instanceof KubeApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #create(text: EventText, object: EventObject): Promise<Written> {
    const namespace = object.namespace ?? 'default';
    this.#sequence += 1;
    const name = `${object.name}.${text.atMs.toString(16)}${this.#sequence.toString(16).padStart(4, '0')}`;
    await this.#options.transport.request({
      method: 'POST',
      path: collection(namespace),
      body: {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace },
        involvedObject: object,
        type: typeOf(text),
        reason: text.reason,
        message: messageOf(text, MESSAGE_LIMIT_CHARS),
        firstTimestamp: kubeTime(text.atMs),
        lastTimestamp: kubeTime(text.atMs),
        count: 1,
        source: { component: 'smartscale' },
        reportingComponent: 'smartscale',
        reportingInstance: this.#options.instance,
      },
      signal: this.#stop.signal,
    });
    return { name, namespace, firstAtMs: text.atMs, count: 1 };
  }

  #objectOf({ subject }: EventText): EventObject {
    switch (subject.kind) {
      case 'fleet':
        return this.#options.fleet();
      case 'node':
        // As kubelets do: the name stands for the uid, and kubectl looks for both.
        return { apiVersion: 'v1', kind: 'Node', name: subject.name, uid: subject.name };
      case 'pod': {
        const { namespace, name } = subject;
        const uid = this.#options.podUid(namespace, name);
        return { apiVersion: 'v1', kind: 'Pod', namespace, name, ...(uid === undefined ? {} : { uid }) };
      }
    }
  }
}

function typeOf({ severity }: EventText): 'Normal' | 'Warning' {
  return severity === 'info' ? 'Normal' : 'Warning';
}

function collection(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
}
