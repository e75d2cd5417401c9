import type { Interruption } from '../../model/interruption.ts';
import { type InterruptionMessage, type Interruptions, PortError } from '../../ports.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import type { ActiveFaults } from '../faulty/active-faults.ts';

/** What an event takes from EC2 into the queue. */
const DELIVERY_MS = { min: 100, max: 900 } as const;
const DELAY_MS = { min: 5_000, max: 100_000 } as const;
/** Visibility timeout and retention of a message. */
const VISIBILITY_MS = 20_000;
const RETENTION_MS = 3_600_000;
const MAX_MESSAGES = 10;
const FAULT_SHARES = { lost: 0.15, twice: 0.3 } as const;

interface Queued {
  readonly message: InterruptionMessage;
  readonly sentAtMs: number;
  visibleAtMs: number;
}

/** EventBridge and SQS in memory: at least once, in no order; a message that is received and not deleted is delivered again. */
export class SimulatedQueue implements Interruptions {
  readonly #clock: VirtualClock;
  readonly #random: RandomStream;
  readonly #activeFaults: ActiveFaults;
  #queued: readonly Queued[] = [];
  /** Ends the wait of whoever asked last: a process that died or was paused waits in vain. */
  #arrived: (() => void) | undefined;
  #sent = 0;

  constructor(parts: {
    readonly clock: VirtualClock;
    readonly random: RandomStream;
    readonly activeFaults: ActiveFaults;
  }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#activeFaults = parts.activeFaults;
  }

  /** AWS announces this; in an odd time it comes late, twice, or not at all. */
  announce(interruption: Interruption): void {
    const isFaulty = this.#activeFaults.has('queue-odd');
    if (isFaulty && this.#random.next() < FAULT_SHARES.lost) return;
    const { min, max } = isFaulty ? DELAY_MS : DELIVERY_MS;
    const copies = isFaulty && this.#random.next() < FAULT_SHARES.twice ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#clock.after(this.#random.between(min, max), () => this.send([interruption]));
    }
  }

  /** A message as it is: with none of the interruptions it is one that nobody can use. */
  send(interruptions: readonly Interruption[], fault?: string): void {
    this.#sent += 1;
    const id = `m-${this.#sent}`;
    const message = { id, receipt: id, interruptions, ...(fault !== undefined && { fault }) };
    const nowMs = this.#clock.monotonicMs();
    this.#queued = [...this.#queued, { message, sentAtMs: nowMs, visibleAtMs: nowMs }];
    this.#wake();
  }

  async receive(signal: AbortSignal): Promise<readonly InterruptionMessage[]> {
    if (this.#activeFaults.has('queue-away')) {
      throw new PortError('the queue does not answer', { retry: 'transient', code: 'ServiceUnavailable' });
    }
    if (this.#visible().length === 0) await this.#arrival(signal);
    const taken = signal.aborted ? [] : this.#visible().slice(0, MAX_MESSAGES);
    for (const queued of taken) {
      queued.visibleAtMs = this.#clock.monotonicMs() + VISIBILITY_MS;
      this.#clock.after(VISIBILITY_MS, () => this.#wake());
    }
    return taken.map(({ message }) => message);
  }

  async acknowledge(receipts: readonly string[]): Promise<void> {
    this.#queued = this.#queued.filter(({ message }) => !receipts.includes(message.receipt));
  }

  #visible(): readonly Queued[] {
    const nowMs = this.#clock.monotonicMs();
    this.#queued = this.#queued.filter(({ sentAtMs }) => nowMs - sentAtMs < RETENTION_MS);
    return this.#queued.filter(({ visibleAtMs }) => visibleAtMs <= nowMs);
  }

  #arrival(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#arrived?.();
      this.#arrived = end;
      signal.addEventListener('abort', end, { once: true });
    });
  }

  #wake(): void {
    if (this.#visible().length === 0) return;
    this.#clock.stir();
    this.#arrived?.();
    this.#arrived = undefined;
  }
}
