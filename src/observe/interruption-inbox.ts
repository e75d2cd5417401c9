import { Notices } from '../events/notices.ts';
import type { Interruption, InterruptionStatus } from '../model/interruption.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  type Clock,
  type InterruptionMessage,
  type Interruptions,
  type Leadership,
  PortError,
  type Reporter,
} from '../ports.ts';
import { backoffMs } from '../time/backoff.ts';
import { isRemembered } from './remembered-interruptions.ts';

/** How often a replica without the lease looks whether it may take messages. */
const IDLE_POLL_MS = 1_000;
const RETRY = { firstMs: 1_000, maxMs: 30_000 } as const;
const NOTHING: readonly Interruption[] = [];

export interface InboxPorts {
  readonly interruptions: Interruptions;
  readonly clock: Clock;
  readonly leadership: Leadership;
  readonly reporter: Reporter;
}

export type InterruptionStatusOf = (interruption: Interruption) => InterruptionStatus;

/**
 * What AWS has announced and is not over. Messages are taken off the queue only once a round has recorded what follows from them,
 * so a crash before that brings them again; faults of the queue are reported and retried, and affect nothing else (F67).
 */
export class InterruptionInbox {
  readonly #ports: InboxPorts;
  readonly #notices: Notices;
  readonly #onChange: () => void;
  /** By kind and instance: a repeated message changes nothing. */
  readonly #known = new Map<string, Interruption>();
  /** The same as a list, until it changes. */
  #listed: readonly Interruption[] | undefined;
  /** Messages that are still in the queue, by their ids. */
  readonly #unsettled = new Map<string, InterruptionMessage>();
  readonly #notified = new Set<string>();
  #failures = 0;
  #lastFault: string | undefined;

  /** `onChange` is called when something was announced; it must return at once. */
  constructor(ports: InboxPorts, onChange: () => void) {
    this.#ports = ports;
    this.#notices = new Notices(ports);
    this.#onChange = onChange;
  }

  known(): readonly Interruption[] {
    this.#listed ??= [...this.#known.values()];
    return this.#listed;
  }

  /** Takes messages while this replica leads, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, leadership } = this.#ports;
    while (!signal.aborted) {
      if (leadership.isLeader()) await this.#receive(signal);
      else await clock.sleep(IDLE_POLL_MS, signal);
    }
  }

  /** Clears all state: unsettled messages are delivered again, to the next leader. */
  reset(): void {
    this.#known.clear();
    this.#listed = undefined;
    this.#unsettled.clear();
    this.#notified.clear();
  }

  /**
   * After a round: messages of which nothing is open are deleted, and what is over is forgotten. What stays open and no node
   * says yet is given back, to be written on its node: once that shows, its message is deleted, too.
   */
  settle(snapshot: Snapshot, statusOf: InterruptionStatusOf, signal: AbortSignal): readonly Interruption[] {
    if (this.#known.size + this.#unsettled.size === 0) return NOTHING;
    const nowMs = this.#ports.clock.now();
    const heard = snapshot.interruptions.filter((interruption) => this.#known.has(keyOf(interruption)));
    const statuses = new Map(
      heard.map((interruption) => {
        const status = statusOf(interruption);
        const isKept = status === 'open' && isRemembered(interruption, snapshot.nodes, nowMs);
        return [keyOf(interruption), isKept ? 'settled' : status];
      }),
    );
    for (const interruption of heard) {
      const status = statuses.get(keyOf(interruption));
      this.#report(interruption, status === 'foreign' ? 'foreign' : 'announced', snapshot);
      if (status === 'foreign' || status === 'over') this.#forget(keyOf(interruption));
    }
    const done = [...this.#unsettled.values()].filter(({ interruptions }) =>
      interruptions.every((interruption) => !this.#isOpen(keyOf(interruption), statuses)),
    );
    for (const { id } of done) this.#unsettled.delete(id);
    this.#acknowledge(done, signal);
    return heard.filter((interruption) => statuses.get(keyOf(interruption)) === 'open');
  }

  /** What came while the round went on was not seen by it; what was forgotten needs nothing more. */
  #isOpen(key: string, statuses: ReadonlyMap<string, InterruptionStatus>): boolean {
    return this.#known.has(key) && (statuses.get(key) ?? 'open') === 'open';
  }

  async #receive(signal: AbortSignal): Promise<void> {
    try {
      const messages = await this.#ports.interruptions.receive(signal);
      this.#failures = 0;
      this.#lastFault = undefined;
      this.#take(messages, signal);
    } catch (error) {
      if (signal.aborted) return;
      await this.#backOff(error, signal);
    }
  }

  #take(messages: readonly InterruptionMessage[], signal: AbortSignal): void {
    const useless = messages.filter(({ interruptions }) => interruptions.length === 0);
    for (const { fault } of useless) this.#reportIgnored(fault);
    this.#acknowledge(useless, signal);
    const useful = messages.filter(({ interruptions }) => interruptions.length > 0);
    for (const message of useful) {
      this.#unsettled.set(message.id, message);
      for (const interruption of message.interruptions) {
        const key = keyOf(interruption);
        if (this.#known.has(key)) continue;
        this.#known.set(key, interruption);
        this.#listed = undefined;
      }
    }
    if (useful.length > 0) this.#onChange();
  }

  /** Runs in the background: a message that is not deleted is delivered again. */
  #acknowledge(messages: readonly InterruptionMessage[], signal: AbortSignal): void {
    if (messages.length === 0) return;
    const receipts = messages.map(({ receipt }) => receipt);
    this.#ports.interruptions.acknowledge(receipts, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#reportFault(error);
    });
  }

  async #backOff(error: unknown, signal: AbortSignal): Promise<void> {
    this.#reportFault(error);
    this.#failures += 1;
    await this.#ports.clock.sleep(backoffMs(this.#failures, RETRY), signal);
  }

  /** Each error is counted; each kind of error is reported once until the queue answers. */
  #reportFault(error: unknown): void {
    const code = error instanceof PortError ? error.code : 'internal';
    this.#ports.reporter.report({
      kind: 'interruption-queue',
      outcome: 'failed',
      atMs: this.#ports.clock.now(),
    });
    if (code === this.#lastFault) return;
    this.#lastFault = code;
    const message = error instanceof Error ? error.message : String(error);
    const text = `The queue of interruptions cannot be used: ${message}. Until it can, spot warnings are seen later and rebalance recommendations not at all; everything else continues.`;
    this.#notices.warn({ code: 'interruption-queue', text, facts: { code } });
  }

  #reportIgnored(fault: string | undefined): void {
    const outcome = fault === undefined ? 'irrelevant' : 'unreadable';
    this.#ports.reporter.report({ kind: 'interruption-queue', outcome, atMs: this.#ports.clock.now() });
    if (fault === undefined) return;
    const text = `A message in the queue of interruptions is no event of EventBridge and was deleted: ${fault}`;
    this.#notices.warn({ code: 'interruption-unreadable', text });
  }

  #report(interruption: Interruption, outcome: 'announced' | 'foreign', snapshot: Snapshot): void {
    const key = keyOf(interruption);
    if (this.#notified.has(key)) return;
    this.#notified.add(key);
    const nodeName = snapshot.nodes.find((node) => node.instanceId === interruption.instanceId)?.name;
    this.#ports.reporter.report({
      kind: 'interruption-queue',
      outcome,
      interruption,
      ...(nodeName !== undefined && { nodeName }),
      atMs: this.#ports.clock.now(),
    });
  }

  #forget(key: string): void {
    this.#known.delete(key);
    this.#listed = undefined;
    this.#notified.delete(key);
  }
}

function keyOf({ kind, instanceId, state }: Interruption): string {
  return `${kind}/${instanceId}/${state ?? ''}`;
}
