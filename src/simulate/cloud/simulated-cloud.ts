import { type Instance, type InstanceState, isAlive, isEnding } from '../../model/instance.ts';
import { type Offering, type OfferingKey, offeringKey, parseOfferingKey } from '../../model/offering.ts';
import type { CloudFault, LaunchOutcome } from '../../model/outcome.ts';
import { TAG } from '../../model/tags.ts';
import type { Cloud, LaunchRequest, OfferingQuery } from '../../ports.ts';
import type { EventLog } from '../base/event-log.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import { Bill } from './bill.ts';
import {
  answerNotAwaited,
  noCapacity,
  notFound,
  notStopped,
  TOKEN_MISMATCH,
  unknownType,
} from './call-faults.ts';
import type { CloudParts } from './cloud-parts.ts';
import {
  LAUNCH_CALL_MS,
  PENDING_MS,
  REPRICE_MS,
  SHOWN_MS,
  SHUTTING_DOWN_MS,
  START_CALL_MS,
  STARTING_MS,
  STOPPING_MS,
  TERMINATE_CALL_MS,
} from './ec2-times.ts';
import { LaunchTokens } from './launch-tokens.ts';
import type { MachineFate } from './machine-fate.ts';
import type { Machines } from './machines.ts';
import { OfferingWindows } from './offering-windows.ts';
import type { SimulatedQueue } from './simulated-queue.ts';
import { SpotInterruptions } from './spot-interruptions.ts';
import { SpotMarket } from './spot-market.ts';
import { type OfferingChoice, offeringChoice } from './spot-pools.ts';

/** EC2 in memory: idempotent launches, lifecycles, capacity that runs out, spot interruptions, a bill. */
export class SimulatedCloud implements Cloud {
  readonly market: SpotMarket;
  readonly shortages: OfferingWindows;
  readonly bill: Bill;
  readonly #clock: VirtualClock;
  readonly #log: EventLog;
  readonly #random: RandomStream;
  readonly #machines: Machines;
  readonly #queue: SimulatedQueue;
  readonly #tried: OfferingChoice;
  readonly #instances = new Map<string, Instance>();
  /** What is shown: the same list as long as nothing changes. */
  #shown: readonly Instance[] | undefined;
  readonly #tokens: LaunchTokens;
  readonly #interruptions: SpotInterruptions;
  readonly #counts = { launches: 0, terminations: 0 };
  #made = 0;

  constructor(parts: CloudParts) {
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#random = parts.random;
    this.#machines = parts.machines;
    this.#queue = parts.queue;
    this.#tokens = new LaunchTokens(parts.clock);
    this.#tried = offeringChoice(parts, (key) => this.market.offering(parseOfferingKey(key)));
    this.market = new SpotMarket(parts.random.stream('spot-prices'), parts.clock);
    this.shortages = new OfferingWindows(parts.clock);
    this.bill = new Bill(parts.clock, parts.billTerms);
    this.#interruptions = new SpotInterruptions({
      ...parts,
      instance: (id) => this.#instances.get(id),
      shutDown: (instance) => this.#shutDown(instance),
    });
    parts.clock.every(REPRICE_MS, () => this.#repriceSpot());
  }

  async instances(): Promise<readonly Instance[]> {
    return this.shown();
  }

  /** What EC2 shows of the fleet now. */
  shown(): readonly Instance[] {
    return (this.#shown ??= [...this.#instances.values()]);
  }

  /** Instances launched, terminated by a call, and interrupted by EC2, since the start. */
  get counts(): { readonly launches: number; readonly terminations: number; readonly interruptions: number } {
    return { ...this.#counts, interruptions: this.#interruptions.count };
  }

  async offerings(wanted: OfferingQuery): Promise<readonly Offering[]> {
    return this.market.offerings(wanted);
  }

  async launch(request: LaunchRequest, signal: AbortSignal): Promise<LaunchOutcome> {
    const outcome = this.#launchNow(request);
    await this.#clock.sleep(this.#random.between(LAUNCH_CALL_MS.least, LAUNCH_CALL_MS.most), signal);
    if (signal.aborted) throw answerNotAwaited();
    return outcome;
  }

  async terminate(instanceIds: readonly string[], signal: AbortSignal): Promise<void> {
    for (const id of instanceIds) {
      const instance = this.#instances.get(id);
      if (instance === undefined || isEnding(instance)) continue;
      this.#log.add('terminate', { instance: id });
      this.#counts.terminations += 1;
      this.#shutDown(instance);
    }
    await this.#clock.sleep(TERMINATE_CALL_MS, signal);
  }

  async start(instanceId: string, signal: AbortSignal): Promise<CloudFault | undefined> {
    const fault = this.#startNow(instanceId);
    await this.#clock.sleep(START_CALL_MS, signal);
    return fault;
  }

  async stop(instanceId: string, signal: AbortSignal): Promise<void> {
    const instance = this.#alive(instanceId);
    if (instance !== undefined) this.#stopNow(instance);
    await this.#clock.sleep(TERMINATE_CALL_MS, signal);
  }

  async consoleOutput(instanceId: string): Promise<string | undefined> {
    return this.#instances.has(instanceId) ? `simulated console of ${instanceId}\n` : undefined;
  }

  /** Whether EC2 has announced that it will take the instance back. */
  isNoticed(instanceId: string): boolean {
    return this.#interruptions.has(instanceId);
  }

  /** EC2 sends a rebalance recommendation. */
  recommendRebalance(instanceId: string): void {
    this.#interruptions.recommendRebalance(instanceId);
  }

  /** EC2 takes a spot instance back two minutes from now, and announces it unless the warning is lost. */
  interrupt(instanceId: string, isWarned = true): boolean {
    return this.#interruptions.begin(instanceId, isWarned);
  }

  /** Terminates the instance manually. */
  endByHand(instanceId: string): void {
    const instance = this.#alive(instanceId);
    if (instance !== undefined) this.#shutDown(instance);
  }

  /** Somebody starts an instance with the cluster's tag alone; its id, or `undefined` when there is no capacity. */
  addByHand(key: OfferingKey, fate?: MachineFate): string | undefined {
    const offering = this.market.offering(parseOfferingKey(key));
    if (offering === undefined || this.shortages.hold(key)) return undefined;
    return this.#make(offering, { fate }).id;
  }

  #launchNow(request: LaunchRequest): LaunchOutcome {
    const before = this.#tokens.repeated(request);
    if (before?.isSame === true) return { instance: this.#instances.get(before.instanceId), faults: [] };
    if (before !== undefined) return { instance: this.#alive(before.instanceId), faults: [TOKEN_MISMATCH] };
    const faults: CloudFault[] = [];
    for (const key of this.#tried(request.offerings)) {
      const offering = this.market.offering(parseOfferingKey(key));
      if (offering !== undefined && !this.shortages.hold(key)) {
        const isWarm = request.tags[TAG.warmPool] !== undefined;
        const instance = this.#make(offering, { operationId: request.operationId, isWarm });
        this.#tokens.grant(request, instance.id);
        return { instance, faults };
      }
      faults.push(offering === undefined ? unknownType(key) : noCapacity(key));
      this.#log.add('launch-refused', { offering: key, operation: request.operationId });
    }
    return { instance: undefined, faults };
  }

  #alive(instanceId: string): Instance | undefined {
    const instance = this.#instances.get(instanceId);
    return instance !== undefined && isAlive(instance) ? instance : undefined;
  }

  #startNow(instanceId: string): CloudFault | undefined {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined) return notFound(instanceId);
    if (isAlive(instance)) return undefined;
    const key = offeringKey(instance);
    if (instance.state !== 'stopped') return notStopped(instance);
    if (this.shortages.hold(key)) {
      this.#log.add('start-refused', { instance: instanceId });
      return noCapacity(key);
    }
    // EC2, too, calls the last start the launch time.
    this.#put({ ...instance, state: 'pending', launchedAtMs: this.#clock.now() });
    this.#log.add('start', { instance: instanceId });
    this.bill.start(instanceId, { ...this.market.offering(instance), ...instance });
    const takesMs = this.#random.between(STARTING_MS.least, STARTING_MS.most);
    this.#clock.after(takesMs, () => this.#move(instanceId, 'pending', 'running'));
    this.#machines.restarted(instanceId);
    return undefined;
  }

  #stopNow(instance: Instance): void {
    const { id } = instance;
    this.#log.add('stop', { instance: id });
    this.#put({ ...instance, state: 'stopping' });
    this.#announceState(id, 'stopping');
    this.bill.keepDisk(id);
    this.#machines.stopped(id);
    const takesMs = this.#random.between(STOPPING_MS.least, STOPPING_MS.most);
    this.#clock.after(takesMs, () => {
      if (this.#instances.get(id)?.state !== 'stopping') return;
      this.#move(id, 'stopping', 'stopped');
      this.#announceState(id, 'stopped');
    });
  }

  #make(
    offering: Offering,
    made: {
      readonly operationId?: string;
      readonly isWarm?: boolean;
      readonly fate?: MachineFate | undefined;
    },
  ): Instance {
    const { operationId, isWarm = false, fate } = made;
    this.#made += 1;
    const { type, zone, lifecycle, priceUsdPerHour } = offering;
    const instance: Instance = {
      id: `i-${this.#made.toString(16).padStart(17, '0')}`,
      type,
      zone,
      lifecycle,
      state: 'pending',
      launchedAtMs: this.#clock.now(),
      operationId,
      priceUsdPerHour,
      ...(isWarm && { isWarm }),
    };
    this.#put(instance);
    this.#log.add('launch', { instance: instance.id, type, zone, lifecycle, operation: operationId });
    this.#counts.launches += 1;
    this.bill.start(instance.id, offering);
    const pendingMs = this.#random.between(PENDING_MS.least, PENDING_MS.most);
    this.#clock.after(pendingMs, () => this.#move(instance.id, 'pending', 'running'));
    this.#machines.started(instance, offering, fate);
    return instance;
  }

  #shutDown(instance: Instance): void {
    this.#put({ ...instance, state: 'shutting-down' });
    this.#announceState(instance.id, 'shutting-down');
    this.bill.stop(instance.id);
    this.#machines.ended(instance.id);
    const takesMs = this.#random.between(SHUTTING_DOWN_MS.least, SHUTTING_DOWN_MS.most);
    this.#clock.after(takesMs, () => {
      this.#move(instance.id, 'shutting-down', 'terminated');
      this.#announceState(instance.id, 'terminated');
      this.#clock.after(SHOWN_MS, () => this.#remove(instance.id));
    });
  }

  #announceState(instanceId: string, state: InstanceState): void {
    this.#queue.announce({ kind: 'state-change', instanceId, atMs: this.#clock.now(), state });
  }

  #move(id: string, from: InstanceState, to: InstanceState): void {
    const instance = this.#instances.get(id);
    if (instance?.state === from) this.#put({ ...instance, state: to });
  }

  #put(instance: Instance): void {
    this.#instances.set(instance.id, instance);
    this.#shown = undefined;
  }

  #remove(id: string): void {
    this.#instances.delete(id);
    this.#shown = undefined;
  }

  #repriceSpot(): void {
    for (const instance of this.#instances.values()) {
      if (instance.lifecycle !== 'spot' || !isAlive(instance)) continue;
      const price = this.market.offering(instance)?.priceUsdPerHour;
      if (price === undefined) continue;
      this.bill.reprice(instance.id, price);
      if (price !== instance.priceUsdPerHour) this.#put({ ...instance, priceUsdPerHour: price });
    }
  }
}
