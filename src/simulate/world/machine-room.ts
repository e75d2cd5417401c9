import { type Instance, isAlive } from '../../model/instance.ts';
import { type Node, STARTUP_TAINT_KEY } from '../../model/node.ts';
import type { Offering } from '../../model/offering.ts';
import type { Chance } from '../base/chance.ts';
import type { EventLog } from '../base/event-log.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import { MACHINE_FATES, type MachineFate } from '../cloud/machine-fate.ts';
import type { Machines } from '../cloud/machines.ts';
import type { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import type { Troubles } from '../trouble/troubles.ts';

/** From launch to a Ready node, with a baked image (facts: boot time 58). */
const BOOT_MS = { least: 40_000, most: 75_000 } as const;
/** From the start of a stopped machine to a Ready node: nothing is installed, and its Node is there (facts: boot time 58, 60). */
const RESTART_MS = { least: 18_000, most: 30_000 } as const;
/** The agent registers this far into the boot; the rest is its network coming up. */
const REGISTERS_AT = 0.8;

/** While machines do not come up: how many do not, and how much later than others the late ones are; some past every deadline. */
const MISFORTUNE = 0.6;
const LATE_MS = { least: 120_000, most: 480_000 } as const;

/** What happens between an EC2 instance and its node: it boots, its agent joins, and it dies with the machine. */
export class MachineRoom implements Machines {
  readonly #clock: VirtualClock;
  readonly #chance: Chance;
  /** Apart from the other, so that no trouble changes when machines boot that have none. */
  readonly #misfortune: Chance;
  readonly #cluster: SimulatedCluster;
  readonly #troubles: Troubles;
  readonly #log: EventLog;
  readonly #lose: (instanceId: string) => void;
  readonly #gone = new Set<string>();
  /** How many times each machine went down, so that a boot that was cut short makes no node ready. */
  readonly #downs = new Map<string, number>();

  constructor(parts: {
    readonly clock: VirtualClock;
    readonly log: EventLog;
    readonly chance: Chance;
    readonly cluster: SimulatedCluster;
    readonly troubles: Troubles;
    /** EC2 loses the machine. */
    readonly lose: (instanceId: string) => void;
  }) {
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#chance = parts.chance;
    this.#misfortune = parts.chance.stream('misfortune');
    this.#cluster = parts.cluster;
    this.#troubles = parts.troubles;
    this.#lose = parts.lose;
  }

  started(instance: Instance, offering: Offering, fate = this.#fateOf(instance)): void {
    if (!isAlive(instance)) return;
    const bootMs = this.#chance.between(BOOT_MS.least, BOOT_MS.most);
    switch (fate) {
      case 'never-joins':
        return;
      case 'dies':
        this.#clock.after(bootMs / 4, () => this.#lose(instance.id));
        return;
      case 'never-ready':
        return this.#joins(instance, offering, bootMs);
      case 'late':
        return this.#comesUp(
          instance,
          offering,
          bootMs + this.#misfortune.between(LATE_MS.least, LATE_MS.most),
        );
      case undefined:
        return this.#comesUp(instance, offering, bootMs);
    }
  }

  #fateOf({ id }: Instance): MachineFate | undefined {
    if (!this.#troubles.has('boots-fail') || this.#misfortune.next() >= MISFORTUNE) return undefined;
    const fate = this.#misfortune.pick(MACHINE_FATES);
    this.#log.add('boot-trouble', { instance: id, fate });
    return fate;
  }

  #comesUp(instance: Instance, offering: Offering, bootMs: number): void {
    this.#joins(instance, offering, bootMs);
    this.#clock.after(bootMs, () => this.#cluster.kubelets.becomeReady(instance.id));
  }

  #joins(instance: Instance, offering: Offering, bootMs: number): void {
    this.#clock.after(bootMs * REGISTERS_AT, () => {
      if (this.#gone.has(instance.id)) return;
      this.#cluster.kubelets.register(nodeOf(instance, offering, this.#clock.now()));
    });
  }

  stopped(instanceId: string): void {
    this.#goDown(instanceId);
  }

  restarted(instanceId: string): void {
    const downs = this.#downs.get(instanceId);
    this.#clock.after(this.#chance.between(RESTART_MS.least, RESTART_MS.most), () => {
      if (this.#downs.get(instanceId) === downs) this.#cluster.kubelets.comeBack(instanceId);
    });
  }

  ended(instanceId: string): void {
    this.#gone.add(instanceId);
    this.#goDown(instanceId);
  }

  #goDown(instanceId: string): void {
    this.#downs.set(instanceId, (this.#downs.get(instanceId) ?? 0) + 1);
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
