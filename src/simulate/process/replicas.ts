import type { Leadership } from '../../ports.ts';
import type { EventLog } from '../base/event-log.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import type { WorldPorts } from '../world/world-ports.ts';
import { gatedPorts } from './gated-ports.ts';
import { type Death, ProcessGate } from './process-gate.ts';

/** A controller that runs until it is told to stop; `stop` resolves once it makes no further call. */
export interface RunningController {
  stop(): Promise<void>;
}

/** Starts a controller on these ports. */
export type StartController = (ports: WorldPorts) => RunningController;

/**
 * A leader that cannot renew for this long stops writing; another may lead once the lease has expired. As the Lease's own times.
 */
const RENEW_DEADLINE_MS = 8_000;
const LEASE_DURATION_MS = 12_000;
/** A process that slept through its lease does not end at once: what has waited for it runs first, until it looks at the lease. */
const NOTICES_MS = { min: 20, max: 2_000 } as const;
/** How long a process takes to be there again after it died. */
const RESTART_MS = { min: 3_000, max: 30_000 } as const;
/** A process that does not end in time is killed, as the kubelet does. */
const GRACE_MS = 30_000;

interface Replica {
  readonly name: string;
  readonly gate: ProcessGate;
  token: number;
  running: RunningController | undefined;
}

export interface ReplicasWorld {
  readonly clock: VirtualClock;
  readonly log: EventLog;
  readonly random: RandomStream;
  /** The world's ports for a process of this leadership; `holdsLease` is the truth that invariants judge by. */
  readonly portsOf: (leadership: Leadership, holdsLease: () => boolean) => WorldPorts;
  /** How far the clocks of processes are off now. */
  readonly skewMs: () => number;
}

/**
 * Two processes with the same controller, of which the one with the lease leads. They crash and come back, are paused and go on,
 * are cut off from the API server, and are rolled over. The lease expires as the real one does; polling it is left out.
 */
export class Replicas {
  readonly #world: ReplicasWorld;
  readonly #start: StartController;
  readonly #replicas: Replica[] = [];
  #holder: Replica | undefined;
  #tokens = 0;
  #made = 0;
  /** Since when the holder cannot renew. */
  #cutOffMs: number | undefined;
  #isApiAway = false;
  #isOver = false;
  #crashes = 0;

  constructor(world: ReplicasWorld, start: StartController) {
    this.#world = world;
    this.#start = start;
    this.#join();
    this.#join();
  }

  /** Processes that died without being asked to end. */
  get crashes(): number {
    return this.#crashes;
  }

  /** The leader dies at its `calls`-th call from now. */
  crashAtCall(calls: number, when: Death): void {
    this.#holder?.gate.dieAtCall(calls, when);
  }

  /** The leader does not run for `ms`, as after SIGSTOP or on a starved machine. */
  pause(ms: number): void {
    const replica = this.#holder;
    if (replica === undefined) return;
    this.#world.log.add('process-paused', { process: replica.name, ms });
    replica.gate.pause();
    this.#review();
    this.#world.clock.after(ms, () => {
      this.#world.clock.stir();
      // Whether it still leads is settled before any of its code runs.
      this.#review(() => replica.gate.resume());
      if (this.#knowsItLeads(replica) || replica.running === undefined) return;
      const { min, max } = NOTICES_MS;
      this.#world.clock.after(this.#world.random.between(min, max), () => void this.#end(replica, false));
    });
  }

  /** The leader is asked to end, as by a new version: it gives the lease back. */
  rollOver(): void {
    const replica = this.#holder;
    if (replica?.running === undefined || replica.gate.isPaused) return;
    this.#world.log.add('process-rolled', { process: replica.name });
    void this.#end(replica, true);
  }

  /** Whether the API server answers: without it no lease is renewed or taken. */
  setApiAway(isAway: boolean): void {
    this.#isApiAway = isAway;
    this.#review();
    if (!isAway) this.#grant();
  }

  /** Ends every process; resolves once none makes a further call. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#replicas.map((replica) => this.#end(replica, true)));
  }

  #join(): void {
    this.#made += 1;
    const name = `p${this.#made}`;
    const replica: Replica = {
      name,
      gate: new ProcessGate(() => this.#died(replica)),
      token: 0,
      running: undefined,
    };
    this.#replicas.push(replica);
    this.#grant();
  }

  #grant(): void {
    if (this.#holder !== undefined || this.#isApiAway || this.#isOver) return;
    const next = this.#replicas.find(
      ({ gate, running }) => !gate.isDead && !gate.isPaused && running === undefined,
    );
    if (next === undefined) return;
    this.#tokens += 1;
    next.token = this.#tokens;
    this.#holder = next;
    this.#cutOffMs = undefined;
    this.#world.log.add('lease', { process: next.name, token: next.token });
    this.#world.clock.stir();
    const leadership = { isLeader: () => this.#knowsItLeads(next), fencingToken: () => next.token };
    const ports = this.#world.portsOf(
      leadership,
      () => this.#holder === next && this.#cutOffForMs() < LEASE_DURATION_MS,
    );
    next.running = this.#start(gatedPorts(ports, next.gate, this.#world.skewMs));
  }

  #knowsItLeads(replica: Replica): boolean {
    return this.#holder === replica && this.#cutOffForMs() < RENEW_DEADLINE_MS;
  }

  #cutOffForMs(): number {
    return this.#cutOffMs === undefined ? 0 : this.#world.clock.monotonicMs() - this.#cutOffMs;
  }

  /** Looks whether the holder can renew; `before` happens first, and counts. */
  #review(before: () => void = () => {}): void {
    const holder = this.#holder;
    const lateMs = this.#cutOffForMs();
    before();
    if (holder === undefined) return this.#grant();
    const canRenew = !holder.gate.isDead && !holder.gate.isPaused && !this.#isApiAway;
    // Too late to renew: the process is about to end, and until the lease has expired nobody leads.
    if (canRenew && lateMs >= RENEW_DEADLINE_MS) return;
    if (canRenew) this.#cutOffMs = undefined;
    else this.#cutOff();
  }

  #cutOff(): void {
    if (this.#cutOffMs !== undefined) return;
    const { clock } = this.#world;
    const sinceMs = clock.monotonicMs();
    const holder = this.#holder;
    this.#cutOffMs = sinceMs;
    const isStill = () => this.#holder === holder && this.#cutOffMs === sinceMs;
    clock.after(RENEW_DEADLINE_MS, () => {
      if (isStill() && holder !== undefined && !holder.gate.isPaused) void this.#end(holder, false);
    });
    clock.after(LEASE_DURATION_MS, () => {
      if (!isStill()) return;
      this.#holder = undefined;
      this.#cutOffMs = undefined;
      this.#grant();
    });
  }

  /** The process ends in good order, with the lease given back when it holds it; then it comes again. */
  async #end(replica: Replica, givesBack: boolean): Promise<void> {
    const { running, gate } = replica;
    if (gate.isDead) return;
    const { clock } = this.#world;
    clock.stir();
    const tooLate = clock.after(GRACE_MS, () => gate.kill());
    await Promise.race([running?.stop(), gate.death]);
    tooLate();
    if (gate.isDead || !this.#replicas.includes(replica)) return;
    if (givesBack && this.#knowsItLeads(replica)) this.#holder = undefined;
    this.#leave(replica);
    gate.kill();
    this.#grant();
  }

  #died(replica: Replica): void {
    if (!this.#replicas.includes(replica)) return;
    this.#crashes += 1;
    this.#world.log.add('process-died', { process: replica.name });
    this.#leave(replica);
    if (this.#holder === replica) this.#cutOff();
  }

  #leave(replica: Replica): void {
    this.#replicas.splice(this.#replicas.indexOf(replica), 1);
    if (this.#isOver) return;
    const { clock, random } = this.#world;
    clock.after(random.between(RESTART_MS.min, RESTART_MS.max), () => this.#join());
  }
}
