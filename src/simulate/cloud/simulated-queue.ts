import type { Interruption } from '../../model/interruption.ts';
import { type InterruptionMessage, type Interruptions, PortError } from '../../ports.ts';
import type { Chance } from '../base/chance.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import type { Troubles } from '../trouble/troubles.ts';

/** What an event takes from EC2 into the queue. */
const DELIVERY_MS = { least: 100, most: 900 } as const;
const LATE_MS = { least: 5_000, most: 100_000 } as const;
/** A message that was taken and not deleted comes again after so long, and is forgotten after so long. */
const VISIBILITY_MS = 20_000;
const RETENTION_MS = 300_000;
const MOST_MESSAGES = 10;
const ODD = { lost: 0.15, twice: 0.3 } as const;

interface Queued {
  readonly message: InterruptionMessage;
  readonly sentAtMs: number;
  visibleAtMs: number;
}

/** EventBridge and SQS in memory: at least once, in no order; whoever takes a message and does not delete it sees it again. */
export class SimulatedQueue implements Interruptions {
  readonly #clock: VirtualClock;
  readonly #chance: Chance;
  readonly #troubles: Troubles;
  #queued: readonly Queued[] = [];
  /** Ends the wait of whoever asked last: a process that died or was paused waits in vain. */
  #arrived: (() => void) | undefined;
  #sent = 0;

  constructor(parts: { readonly clock: VirtualClock; readonly chance: Chance; readonly troubles: Troubles }) {
    this.#clock = parts.clock;
    this.#chance = parts.chance;
    this.#troubles = parts.troubles;
  }

  /** AWS announces this; in an odd time it comes late, twice, or not at all. */
  announce(interruption: Interruption): void {
    const isOdd = this.#troubles.has('queue-odd');
    if (isOdd && this.#chance.next() < ODD.lost) return;
    const { least, most } = isOdd ? LATE_MS : DELIVERY_MS;
    const copies = isOdd && this.#chance.next() < ODD.twice ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#clock.after(this.#chance.between(least, most), () => this.send([interruption]));
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
    if (this.#troubles.has('queue-away')) {
      throw new PortError('the queue does not answer', { retry: 'transient', code: 'ServiceUnavailable' });
    }
    if (this.#visible().length === 0) await this.#arrival(signal);
    const taken = signal.aborted ? [] : this.#visible().slice(0, MOST_MESSAGES);
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
