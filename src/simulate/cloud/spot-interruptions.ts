import { type Instance, isAlive } from '../../model/instance.ts';
import { SPOT_NOTICE_MS } from '../../model/interruption.ts';
import type { EventLog } from '../base/event-log.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import type { SimulatedQueue } from './simulated-queue.ts';

export interface SpotInterruptionsParts {
  readonly clock: VirtualClock;
  readonly log: EventLog;
  /** Where warnings and hints are announced. */
  readonly queue: SimulatedQueue;
  /** The instance as it is now. */
  readonly instance: (id: string) => Instance | undefined;
  readonly shutDown: (instance: Instance) => void;
  /** Told whenever an instance is to be taken back, or may be. */
  readonly onInterruption?: () => void;
}

/** How EC2 takes spot instances back: with a hint, with two minutes of warning, or without a word. */
export class SpotInterruptions {
  readonly #parts: SpotInterruptionsParts;
  readonly #noticed = new Set<string>();

  constructor(parts: SpotInterruptionsParts) {
    this.#parts = parts;
  }

  /** Instances that EC2 decided to take back since the world began. */
  get count(): number {
    return this.#noticed.size;
  }

  /** Whether EC2 has decided to take the instance back. */
  has(instanceId: string): boolean {
    return this.#noticed.has(instanceId);
  }

  /** EC2 says that a spot instance is more likely than others to be interrupted. */
  recommendRebalance(instanceId: string): void {
    const { clock, log, queue } = this.#parts;
    this.#parts.onInterruption?.();
    log.add('rebalance', { instance: instanceId });
    queue.announce({ kind: 'rebalance', instanceId, atMs: clock.now() });
  }

  /** EC2 takes a spot instance back two minutes from now; false when it is none, is gone, or has its warning already. */
  begin(instanceId: string, isWarned: boolean): boolean {
    const { clock, log, queue, instance } = this.#parts;
    const now = instance(instanceId);
    if (now === undefined || now.lifecycle !== 'spot' || !isAlive(now)) return false;
    if (this.#noticed.has(instanceId)) return false;
    this.#noticed.add(instanceId);
    this.#parts.onInterruption?.();
    log.add('spot-notice', { instance: instanceId, warned: isWarned });
    const atMs = clock.now();
    const effectiveAtMs = atMs + SPOT_NOTICE_MS;
    if (isWarned) queue.announce({ kind: 'spot-warning', instanceId, atMs, effectiveAtMs });
    clock.after(SPOT_NOTICE_MS, () => this.#end(instanceId));
    return true;
  }

  #end(instanceId: string): void {
    const { log, instance, shutDown } = this.#parts;
    const now = instance(instanceId);
    if (now === undefined || !isAlive(now)) return;
    log.add('spot-interruption', { instance: instanceId });
    shutDown(now);
  }
}
