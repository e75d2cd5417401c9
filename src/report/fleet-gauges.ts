import { Gauge, type Registry } from 'prom-client';
import { fleetCost } from '../model/fleet-cost.ts';
import { isAlive } from '../model/instance.ts';
import { expectedAllocatable, seenAllocatable } from '../model/seen-allocatable.ts';
import type { Signal } from '../model/signal.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { unmanagedInstances } from '../model/unmanaged-instance.ts';
import { namedMetric } from './named-metric.ts';

/** The instances as EC2 listed them last, with the nodes of that moment. */
interface Listed extends Pick<Snapshot, 'nodes'> {
  readonly instances: Extract<Snapshot['instances'], { status: 'known' }>['value'];
}

/**
 * Gauges of what the last decision saw. They are computed when they are scraped, since decisions are many and scrapes few. Counts
 * of instances stay what they were while EC2 does not answer; the cost is then `NaN`.
 */
export class FleetGauges {
  readonly #registry: Registry;
  #seen: Snapshot | undefined;
  #listed: Listed | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#ofInstances();
    this.#ofSignals();
    this.#ofCatalogue();
    this.#ofSnapshot('pods_pending', 'Pods that the scheduler cannot place.', (gauge, { pods }) =>
      gauge.set(countOf(pods, (pod) => pod.unschedulableSinceMs !== undefined)),
    );
  }

  #ofCatalogue(): void {
    this.#ofSnapshot(
      'allocatable_missing_mib',
      'How much less memory new machines of a type are expected to offer to pods than the catalogue says.',
      (gauge, { nodes, operations, offerings }) => {
        const seen = seenAllocatable(nodes, operations);
        gauge.reset();
        for (const offering of offerings) {
          const { type, allocatable } = offering;
          gauge.set({ type }, allocatable.memoryMiB - expectedAllocatable(offering, seen).memoryMiB);
        }
      },
      ['type'],
    );
  }

  /** Takes what a decision saw; costs nothing until the next scrape. */
  show(snapshot: Snapshot): void {
    const { instances, nodes } = snapshot;
    this.#seen = snapshot;
    if (instances.status === 'known') this.#listed = { instances: instances.value, nodes };
  }

  #ofInstances(): void {
    this.#ofList(
      'instances',
      'Instances that cost money.',
      (gauge, { instances }) => {
        gauge.reset();
        for (const { lifecycle, zone } of instances.filter(isAlive)) gauge.inc({ lifecycle, zone });
      },
      ['lifecycle', 'zone'],
    );
    this.#ofSnapshot(
      'cost_usd_per_hour',
      'Price of the instances whose price is known; NaN when EC2 does not answer.',
      (gauge, { instances }) =>
        gauge.set(instances.status === 'known' ? fleetCost(instances.value).usdPerHour : Number.NaN),
    );
    this.#ofList(
      'instances_unpriced',
      'Instances whose price is unknown, so not part of the cost.',
      (gauge, { instances }) => gauge.set(fleetCost(instances).unpriced),
    );
    this.#ofList(
      'instances_by_hand',
      "Unmanaged instances: they have the cluster's tag but no launch's, and run no pods.",
      (gauge, { instances, nodes }) => gauge.set(unmanagedInstances(instances, nodes).length),
    );
  }

  #ofSignals(): void {
    const signals = ({ utilization }: Snapshot): readonly (readonly [string, Signal])[] => [
      ['cpu', utilization.cpuPercent],
      ['memory', utilization.memoryPercent],
    ];
    this.#ofSnapshot(
      'utilization_percent',
      'Newest utilization of the workers; NaN when unknown.',
      (gauge, seen) => {
        for (const [resource, signal] of signals(seen)) gauge.set({ resource }, newestOf(signal));
      },
      ['resource'],
    );
    this.#ofSnapshot(
      'telemetry_unknown',
      '1 while the signal is unknown, so nothing shrinks.',
      (gauge, seen) => {
        for (const [name, signal] of signals(seen))
          gauge.set({ signal: name }, signal.status === 'unknown' ? 1 : 0);
      },
      ['signal'],
    );
  }

  #ofSnapshot(
    name: string,
    help: string,
    show: (gauge: Gauge, seen: Snapshot) => void,
    labelNames: readonly string[] = [],
  ): void {
    const gauge: Gauge = new Gauge({
      ...namedMetric(this.#registry, name, help),
      labelNames: [...labelNames],
      collect: () => {
        if (this.#seen !== undefined) show(gauge, this.#seen);
      },
    });
  }

  #ofList(
    name: string,
    help: string,
    show: (gauge: Gauge, listed: Listed) => void,
    labelNames: readonly string[] = [],
  ): void {
    const showListed = (gauge: Gauge) => {
      if (this.#listed !== undefined) show(gauge, this.#listed);
    };
    this.#ofSnapshot(name, help, showListed, labelNames);
  }
}

function newestOf(signal: Signal): number {
  return (signal.status === 'known' ? signal.samples.at(-1)?.value : undefined) ?? Number.NaN;
}

function countOf<T>(items: readonly T[], isCounted: (item: T) => boolean): number {
  let count = 0;
  for (const item of items) if (isCounted(item)) count += 1;
  return count;
}
