import type { Clock, Cloud, Cluster, Leadership, Ledger, Reporter } from '../../ports.ts';
import { FleetSight } from './fleet-sight.ts';
import { Pacer } from './pacer.ts';

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

/** The ports, and what the operations of one process share so that together they do not ask too often. */
export interface ActContext extends ActPorts {
  readonly fleet: FleetSight;
  readonly pacer: Pacer;
}

/** The ports with fresh shared state; one per process. */
export function actContext(ports: ActPorts): ActContext {
  const { cluster, cloud, ledger, leadership, clock, reporter, clusterName } = ports;
  return {
    cluster,
    cloud,
    ledger,
    leadership,
    clock,
    reporter,
    clusterName,
    fleet: new FleetSight(cloud, clock),
    pacer: new Pacer(),
  };
}
