import type { InstanceListing, ListingQuery } from '../../model/instance-listing.ts';
import type { Clock, Cloud, Cluster, Leadership, Ledger, Reporter } from '../../ports.ts';
import { MissingInstances } from './missing-instances.ts';
import { RetrySchedule } from './retry-schedule.ts';

/** The part of the world that operations touch. */
export interface ActPorts {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly ledger: Ledger;
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Value of the `Cluster` tag on everything we launch. */
  readonly clusterName: string;
}

/** EC2's list of the fleet, shared with all others who need it. Throws `PortError` when EC2 cannot be asked. */
export interface InstanceLister {
  list(query: ListingQuery): Promise<InstanceListing>;
}

/** The ports, and what the operations of one process share so that together they do not ask too often. */
export interface ActContext extends ActPorts {
  readonly instances: InstanceLister;
  readonly missing: MissingInstances;
  readonly retrySchedule: RetrySchedule;
}

/** The ports with fresh shared state; one per process. */
export function actContext(ports: ActPorts, instances: InstanceLister): ActContext {
  const { cluster, cloud, ledger, leadership, clock, reporter, clusterName } = ports;
  return {
    cluster,
    cloud,
    ledger,
    leadership,
    clock,
    reporter,
    clusterName,
    instances,
    missing: new MissingInstances(),
    retrySchedule: new RetrySchedule(),
  };
}
