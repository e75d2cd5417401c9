import type { Instance } from '../model/instance.ts';
import type { Interruption } from '../model/interruption.ts';
import { memoizeByIdentity } from '../model/memoize-by-identity.ts';
import { isAdmitted, type Node } from '../model/node.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  type Clock,
  type Cloud,
  type Cluster,
  type Ledger,
  type OfferingQuery,
  type Telemetry,
} from '../ports.ts';
import { withDeadline } from '../time/with-deadline.ts';
import { CachedOfferings } from './cached-offerings.ts';
import { CachedUtilization } from './cached-utilization.ts';
import { InstanceCache } from './instance-cache.ts';
import { withRemembered } from './remembered-interruptions.ts';
import { SnapshotInstances } from './snapshot-instances.ts';

export interface ObservePorts {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly telemetry: Telemetry;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** What of the world the policy in force wants to be seen. */
export interface ObservationQuery extends OfferingQuery {
  /** The longest window over which utilization is judged. */
  readonly windowMs: number;
  /** Spacing of the samples, and how long an answer of telemetry is used again. */
  readonly stepMs: number;
}

const LEDGER_DEADLINE_MS = 10_000;

/** Takes snapshots of the world; keeps what need not be asked for each time. */
export class Observer {
  readonly #ports: ObservePorts;
  readonly #instances: SnapshotInstances;
  readonly #offerings: CachedOfferings;
  readonly #utilization: CachedUtilization;

  /** Nodes of the warm pool: one that is Ready for a moment carries no load, and its silence afterwards is none of the workers'. */
  #pooled: ReadonlySet<string> = new Set();
  readonly #withAnnounced: () => readonly Interruption[];

  /** `announced` is what AWS has announced of any instance and is not over; the cache is told the same. */
  constructor(
    ports: ObservePorts,
    announced: () => readonly Interruption[] = () => [],
    instances: InstanceCache = new InstanceCache(ports, announced),
  ) {
    this.#ports = ports;
    this.#withAnnounced = announced;
    this.#instances = new SnapshotInstances(instances, ports.clock);
    this.#offerings = new CachedOfferings(ports.cloud, ports.clock);
    this.#utilization = new CachedUtilization(ports.telemetry, ports.clock);
  }

  /**
   * The world at one moment; utilization is the last that `refreshUtilization` got. What could not be asked is unknown.
   * Throws `PortError` when the ledger cannot be read: without it nothing may be decided.
   */
  async takeSnapshot(query: ObservationQuery, signal: AbortSignal): Promise<Snapshot> {
    const { cluster, clock, ledger } = this.#ports;
    const [offerings, operations] = await Promise.all([
      this.#offerings.get(query, signal),
      withDeadline(clock, { what: 'The ledger', deadlineMs: LEDGER_DEADLINE_MS, signal }, (deadline) =>
        ledger.list(deadline),
      ),
    ]);
    const instances = await this.#instances.get({ nodes: cluster.view().nodes, operations }, signal);
    // Last, since it is free: a node is seen no earlier than the operation and the instance that it came from.
    const { nodes, pods, budgets, daemons } = cluster.view();
    const utilization = this.#utilization.get();
    this.#pooled = pooledNodes(nodes, instances);
    return {
      takenAtMs: clock.now(),
      nodes,
      pods,
      budgets,
      daemons,
      instances,
      interruptions: withRemembered(this.#withAnnounced(), nodes, clock.now()),
      offerings,
      utilization,
      operations,
    };
  }

  /** Fetches utilization unless it is fresh; resolves when that is done or has failed. */
  refreshUtilization({ windowMs, stepMs }: ObservationQuery, signal: AbortSignal): Promise<void> {
    const workers = this.#ports.cluster.view().nodes.filter((node) => node.isReady && !node.isControlPlane);
    const nodeNames = workers.map((node) => node.name).filter((name) => !this.#pooled.has(name));
    return this.#utilization.refresh({ nodeNames, windowMs, stepMs }, signal);
  }
}

/** Nodes of warm machines that were not admitted. */
function pooledNodes(nodes: readonly Node[], instances: Snapshot['instances']): ReadonlySet<string> {
  const listed = instances.status === 'known' ? instances.value : NO_INSTANCES;
  const warm = warmIdsOf(listed);
  if (warm.size === 0) return warm;
  const held = nodes.filter(
    (node) => node.instanceId !== undefined && warm.has(node.instanceId) && !isAdmitted(node),
  );
  return new Set(held.map(({ name }) => name));
}

const NO_INSTANCES: readonly Instance[] = [];

const warmIdsOf = memoizeByIdentity(
  (instances: readonly Instance[]): ReadonlySet<string> =>
    new Set(instances.filter(({ isWarm }) => isWarm === true).map(({ id }) => id)),
);
