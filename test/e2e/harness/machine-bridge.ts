import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import type { Resources } from '../../../src/model/resources.ts';
import { TAG } from '../../../src/model/tags.ts';
import { type KubeClient, KubeError } from './kube-client.ts';
import { KUBELET_LABEL } from './kwok.ts';
import { REGION } from './moto.ts';

/** How often machines are looked after; EC2 is only asked when something may have changed there. */
const TICK_MS = 100;
/** Without any call that changes instances, EC2 is asked this often: describing a fleet costs moto much time. */
const STALE_MS = 2_000;

export interface MachineBridgeOptions {
  readonly ec2: EC2Client;
  readonly kube: KubeClient;
  readonly clusterName: string;
  /** What a node of a type offers to pods. */
  readonly allocatableOf: (type: string) => Resources;
  /** From launch to registration. */
  readonly bootMs: number;
  /** Calls back when a call has changed instances; returns how to stop. */
  readonly onInstancesChanged: (listener: () => void) => () => void;
  /** Told of every error while polling; the bridge goes on. */
  readonly onError: (error: unknown) => void;
}

/**
 * Plays the machines: an instance of the fleet that runs becomes a Node after its boot time, as the shipped user data registers it; one
 * that stops or is terminated loses its kubelet, and has it again once it is started. It deletes no Node: nobody does that for the autoscaler.
 */
export class MachineBridge {
  /** From launch to registration; a test may slow machines down or stop them (`Infinity`). */
  bootMs: number;
  readonly #options: MachineBridgeOptions;
  readonly #seenAtMs = new Map<string, number>();
  readonly #registered = new Set<string>();
  readonly #buried = new Set<string>();
  #instances: readonly Instance[] = [];
  #askedAtMs = Number.NEGATIVE_INFINITY;
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: MachineBridgeOptions) {
    this.#options = options;
    this.bootMs = options.bootMs;
    this.#unsubscribe = options.onInstancesChanged(() => {
      this.#askedAtMs = Number.NEGATIVE_INFINITY;
    });
  }

  /** Machines that have registered and still run: those with a node exporter. */
  aliveNames(): readonly string[] {
    return [...this.#registered].filter((id) => !this.#buried.has(id));
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.#poll()
        .catch((error: unknown) => this.#options.onError(error))
        .finally(() => {
          if (!this.#isStopped) this.start();
        });
    }, TICK_MS);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #poll(): Promise<void> {
    if (performance.now() - this.#askedAtMs > STALE_MS) {
      this.#askedAtMs = performance.now();
      this.#instances = await fleetInstances(this.#options.ec2, this.#options.clusterName);
    }
    for (const instance of this.#instances) {
      const id = instance.InstanceId;
      if (id === undefined) continue;
      const state = instance.State?.Name;
      if (state === 'pending' || state === 'running') await this.#boot(id, instance);
      else await this.#bury(id);
    }
  }

  async #boot(id: string, instance: Instance): Promise<void> {
    const seenAtMs = this.#seenAtMs.get(id) ?? performance.now();
    this.#seenAtMs.set(id, seenAtMs);
    if (this.#buried.has(id)) return this.#wake(id);
    if (this.#registered.has(id) || performance.now() - seenAtMs < this.bootMs) return;
    this.#registered.add(id);
    try {
      await this.#options.kube.create('/api/v1/nodes', this.#nodeOf(id, instance));
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 409)) throw error;
    }
  }

  /** The kubelet dies with its machine. */
  async #bury(id: string): Promise<void> {
    if (!this.#registered.has(id) || this.#buried.has(id)) return;
    this.#buried.add(id);
    await this.#label(id, 'dead');
  }

  /** A machine that was stopped runs again: its kubelet goes on with the Node that it has. */
  async #wake(id: string): Promise<void> {
    this.#buried.delete(id);
    await this.#label(id, KUBELET_LABEL.value);
  }

  async #label(id: string, value: string): Promise<void> {
    try {
      await this.#options.kube.patch(`/api/v1/nodes/${id}`, {
        metadata: { labels: { [KUBELET_LABEL.key]: value } },
      });
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    }
  }

  #nodeOf(id: string, instance: Instance): unknown {
    const zone = instance.Placement?.AvailabilityZone ?? '';
    const type = instance.InstanceType ?? '';
    const resources = quantitiesOf(this.#options.allocatableOf(type));
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: id,
        labels: {
          'kubernetes.io/hostname': id,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'node.kubernetes.io/instance-type': type,
          'topology.kubernetes.io/region': REGION,
          'topology.kubernetes.io/zone': zone,
          'smartscale.dev/lifecycle': instance.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand',
          [KUBELET_LABEL.key]: KUBELET_LABEL.value,
        },
      },
      spec: {
        providerID: `aws:///${zone}/${id}`,
        taints: [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }],
      },
      status: { allocatable: resources, capacity: resources },
    };
  }
}

/** The fleet's instances in every state that EC2 still shows. */
export async function fleetInstances(ec2: EC2Client, clusterName: string): Promise<readonly Instance[]> {
  const filter = { Name: `tag:${TAG.cluster}`, Values: [clusterName] };
  const answer = await ec2.send(new DescribeInstancesCommand({ Filters: [filter], MaxResults: 1000 }));
  return (answer.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
}

function quantitiesOf(resources: Resources): Readonly<Record<string, string>> {
  return {
    cpu: `${resources.cpuMillis}m`,
    memory: `${resources.memoryMiB}Mi`,
    pods: String(resources.pods),
  };
}
