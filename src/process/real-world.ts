import { readFile } from 'node:fs/promises';
import { Ec2Cloud } from '../adapters/ec2/ec2-cloud.ts';
import { ec2OptionsFromEnv } from '../adapters/ec2/ec2-options.ts';
import { SpotRequestStatus } from '../adapters/ec2/spot-request-status.ts';
import { prometheusOptions } from '../adapters/prometheus/prometheus-options.ts';
import { PrometheusTelemetry } from '../adapters/prometheus/prometheus-telemetry.ts';
import { unknownUtilization } from '../model/signal.ts';
import type { Clock, Cloud, Interruptions, Telemetry } from '../ports.ts';
import type { WorldOptions } from './world-options.ts';

/** Where Kubernetes tells a pod its namespace. */
const OWN_NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const DEFAULT_NAMESPACE = 'smartscale';

type Environment = Readonly<Record<string, string | undefined>>;

/** The parts of the world outside the cluster, as flags and environment name them. */
export interface OutsideWorld {
  readonly cloud: Cloud;
  readonly telemetry: Telemetry;
  /** Spot warnings as EC2 itself shows them, where no queue has brought them. */
  readonly spotRequests: Interruptions;
  readonly clusterName: string;
}

/** Throws a configuration `PortError` that says which variable or flag is missing or wrong. */
export function outsideWorld(
  flags: Pick<WorldOptions, 'clusterName' | 'prometheusUrl'>,
  env: Environment,
  { clock, warn }: { clock: Clock; warn: (message: string) => void },
): OutsideWorld {
  const named = flags.clusterName === undefined ? env : { ...env, SMARTSCALE_CLUSTER: flags.clusterName };
  const options = ec2OptionsFromEnv(named);
  const { prometheusUrl } = flags;
  return {
    cloud: new Ec2Cloud(options, { clock, warn }),
    telemetry:
      prometheusUrl === undefined
        ? NO_TELEMETRY
        : new PrometheusTelemetry(prometheusOptions(prometheusUrl, env), clock),
    spotRequests: new SpotRequestStatus(options, { clock, warn }),
    clusterName: options.clusterName,
  };
}

/** The namespace that is asked for, else the one that this pod runs in, else the chart's. */
export async function namespaceOf(flags: Pick<WorldOptions, 'namespace'>): Promise<string> {
  if (flags.namespace !== undefined) return flags.namespace;
  const own = await readFile(OWN_NAMESPACE_FILE, 'utf8').catch(() => '');
  return own.trim() === '' ? DEFAULT_NAMESPACE : own.trim();
}

/** Pending pods and the floor still make the fleet grow; nothing shrinks. */
const NO_TELEMETRY: Telemetry = {
  utilization: async () => unknownUtilization('no Prometheus was named: give --prometheus-url'),
};
