import { type Instance, isAlive } from '../../model/instance.ts';
import { type Node, STARTUP_TAINT_KEY } from '../../model/node.ts';
import { type Offering, offeringKey } from '../../model/offering.ts';
import type { EventLog } from '../base/event-log.ts';
import type { RandomStream } from '../base/random-stream.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import type { WorldDetails } from '../base/world-details.ts';
import { MACHINE_FATES, type MachineFate } from '../cloud/machine-fate.ts';
import type { Machines } from '../cloud/machines.ts';
import type { OfferingWindows } from '../cloud/offering-windows.ts';
import type { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import type { ActiveFaults } from '../faulty/active-faults.ts';

/** From launch to a Ready node, with a baked image (facts: boot time 58). */
const BOOT_MS = { min: 40_000, max: 75_000 } as const;
/** From the start of a stopped machine to a Ready node: nothing is installed, and its Node is there (facts: boot time 58, 60). */
const RESTART_MS = { min: 18_000, max: 30_000 } as const;
/** The agent registers this far into the boot; the rest is its network coming up. */
const REGISTERS_AT = 0.8;

/** Of the types: how much longer the slowest takes than the fastest. And one boot of thirty takes so much longer. */
const SLOWEST_TYPE = 1.15;
const TAIL_SHARE = 1 / 30;
const TAIL_MS = { min: 20_000, max: 90_000 } as const;
/** Firmware and kernel differ between types and images by some tens of MiB. */
const MAX_LESS_MIB = 64;

/** While machines do not come up: how many do not, and how much later than others the late ones are; some past every deadline. */
const BOOT_FAILURE_SHARE = 0.6;
const LATE_MS = { min: 120_000, max: 480_000 } as const;

/** Boots the node of an EC2 instance: it boots, its agent joins, and the node fails with its instance. */
export class BootSimulator implements Machines {
  readonly #clock: VirtualClock;
  readonly #random: RandomStream;
  /** A stream of its own, so that injected faults do not change the boot times of other instances. */
  readonly #failureRandom: RandomStream;
  readonly #tailRandom: RandomStream;
  readonly #details: WorldDetails;
  readonly #cluster: SimulatedCluster;
  readonly #activeFaults: ActiveFaults;
  readonly #log: EventLog;
  readonly #neverJoins: OfferingWindows;
  readonly #onLost: (instanceId: string) => void;
  readonly #terminated = new Set<string>();
  /** How many times each machine went down, so that a boot that was cut short makes no node ready. */
  readonly #shutdowns = new Map<string, number>();

  constructor(parts: {
    readonly clock: VirtualClock;
    readonly log: EventLog;
    readonly random: RandomStream;
    readonly cluster: SimulatedCluster;
    readonly activeFaults: ActiveFaults;
    readonly details: WorldDetails;
    /** Machines of which offerings never join now. */
    readonly neverJoins: OfferingWindows;
    /** EC2 loses the machine. */
    readonly lose: (instanceId: string) => void;
  }) {
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#random = parts.random;
    this.#failureRandom = parts.random.stream('misfortune');
    this.#tailRandom = parts.random.stream('tail');
    this.#details = parts.details;
    this.#cluster = parts.cluster;
    this.#activeFaults = parts.activeFaults;
    this.#neverJoins = parts.neverJoins;
    this.#onLost = parts.lose;
  }

  started(instance: Instance, offering: Offering, bootOutcome = this.#outcomeOf(instance)): void {
    if (!isAlive(instance)) return;
    const bootMs = this.#bootMs(instance);
    switch (bootOutcome) {
      case 'never-joins':
        return;
      case 'dies':
        this.#clock.after(bootMs / 4, () => this.#onLost(instance.id));
        return;
      case 'never-ready':
        return this.#joins(instance, offering, bootMs);
      case 'late':
        return this.#comesUp(
          instance,
          offering,
          bootMs + this.#failureRandom.between(LATE_MS.min, LATE_MS.max),
        );
      case undefined:
        return this.#comesUp(instance, offering, bootMs);
    }
  }

  #bootMs({ type }: Instance): number {
    const usualMs = this.#random.between(BOOT_MS.min, BOOT_MS.max);
    if (!this.#details.has('boot-times')) return usualMs;
    const random = this.#tailRandom;
    const slowness = this.#tailRandom.stream(type).between(1, SLOWEST_TYPE);
    return usualMs * slowness + (random.next() < TAIL_SHARE ? random.between(TAIL_MS.min, TAIL_MS.max) : 0);
  }

  /** What the machine really has: some MiB less than the catalogue says, the same for all of a type. */
  #allocatableOf({ type, allocatable }: Offering): Offering['allocatable'] {
    if (!this.#details.has('allocatable')) return allocatable;
    const lessMiB = Math.round(this.#tailRandom.stream(`memory-${type}`).between(0, MAX_LESS_MIB));
    return { ...allocatable, memoryMiB: allocatable.memoryMiB - lessMiB };
  }

  #outcomeOf(instance: Instance): MachineFate | undefined {
    const fate = this.#neverJoins.hold(offeringKey(instance)) ? 'never-joins' : this.#misfortune();
    if (fate !== undefined) this.#log.add('boot-trouble', { instance: instance.id, fate });
    return fate;
  }

  #misfortune(): MachineFate | undefined {
    const isLucky = !this.#activeFaults.has('boots-fail') || this.#failureRandom.next() >= BOOT_FAILURE_SHARE;
    return isLucky ? undefined : this.#failureRandom.pick(MACHINE_FATES);
  }

  #comesUp(instance: Instance, offering: Offering, bootMs: number): void {
    this.#joins(instance, offering, bootMs);
    this.#clock.after(bootMs, () => this.#cluster.kubelets.becomeReady(instance.id));
  }

  #joins(instance: Instance, offering: Offering, bootMs: number): void {
    this.#clock.after(bootMs * REGISTERS_AT, () => {
      if (this.#terminated.has(instance.id)) return;
      this.#cluster.kubelets.register(
        nodeOf(instance, { ...offering, allocatable: this.#allocatableOf(offering) }, this.#clock.now()),
      );
    });
  }

  stopped(instanceId: string): void {
    this.#goDown(instanceId);
  }

  restarted(instanceId: string): void {
    const shutdowns = this.#shutdowns.get(instanceId);
    this.#clock.after(this.#random.between(RESTART_MS.min, RESTART_MS.max), () => {
      if (this.#shutdowns.get(instanceId) === shutdowns) this.#cluster.kubelets.comeBack(instanceId);
    });
  }

  ended(instanceId: string): void {
    this.#terminated.add(instanceId);
    this.#goDown(instanceId);
  }

  #goDown(instanceId: string): void {
    this.#shutdowns.set(instanceId, (this.#shutdowns.get(instanceId) ?? 0) + 1);
    if (this.#cluster.state.node(instanceId) !== undefined) this.#cluster.kubelets.die(instanceId);
  }
}

/** The node that the machine's user data makes: named after the instance, with the startup taint. */
function nodeOf(instance: Instance, offering: Offering, nowMs: number): Node {
  const { id, zone, type, lifecycle } = instance;
  return {
    name: id,
    uid: `uid-node-${id}`,
    instanceId: id,
    zone,
    type,
    lifecycle,
    labels: {
      'kubernetes.io/hostname': id,
      'kubernetes.io/arch': offering.arch,
      'topology.kubernetes.io/zone': zone,
      'node.kubernetes.io/instance-type': type,
      'smartscale.dev/lifecycle': lifecycle,
    },
    taints: [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' }],
    allocatable: offering.allocatable,
    isReady: false,
    readyChangedAtMs: nowMs,
    isUnschedulable: false,
    isControlPlane: false,
    doNotDisrupt: false,
    cordonedBy: undefined,
    createdAtMs: nowMs,
  };
}
