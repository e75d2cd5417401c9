import type {
  Clock,
  Cloud,
  Cluster,
  Interruptions,
  Leadership,
  Ledger,
  PolicySource,
  Reporter,
  Telemetry,
} from '../../ports.ts';

/** The ports of the world as a controller takes them. */
export interface WorldPorts {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly telemetry: Telemetry;
  readonly ledger: Ledger;
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly policySource: PolicySource;
  readonly interruptions: Interruptions;
  readonly clusterName: string;
}
