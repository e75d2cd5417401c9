import { parsePolicy } from '../policy/parse-policy.ts';
import { type Clock, type Cloud, type OfferingQuery, type PolicySource, PortError } from '../ports.ts';

/** A process that leads right after its start has asked for itself by then. */
const INITIAL_DELAY_MS = 3_000;
const INTERVAL_MS = 30_000;

export interface PrefetchPorts {
  readonly cloud: Pick<Cloud, 'instances' | 'offerings'>;
  readonly clock: Clock;
  readonly policySource: PolicySource;
}

/**
 * Asks EC2, until `leads` aborts, what a first decision would have to wait for: a standby that becomes the leader has credentials, a
 * connection, subnets, sizes and spot prices, and needs one list of instances. What cannot be asked is left to the leader's rounds,
 * which say so.
 */
export async function prefetchWhileStandby(
  ports: PrefetchPorts,
  leads: AbortSignal,
  signal: AbortSignal,
): Promise<void> {
  const over = AbortSignal.any([leads, signal]);
  for (let pauseMs = INITIAL_DELAY_MS; ; pauseMs = INTERVAL_MS) {
    await ports.clock.sleep(pauseMs, over);
    if (over.aborted) return;
    // A question under way is not given up when this replica leads: it opens the connection that the leader needs.
    await prefetch(ports, signal);
  }
}

async function prefetch({ cloud, policySource }: PrefetchPorts, signal: AbortSignal): Promise<void> {
  const wanted = wantedBy(policySource);
  try {
    await cloud.instances(signal);
    if (wanted !== undefined) await cloud.offerings(wanted, signal);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
  }
}

/** The offerings of the policy that the leader would follow; only the leader reports an invalid text. */
function wantedBy(source: PolicySource): OfferingQuery | undefined {
  for (const text of [source.current()?.text, source.lastGood()?.text]) {
    const reading = text === undefined ? undefined : parsePolicy(text);
    if (reading?.valid === true) return reading.policy.instances;
  }
  return undefined;
}
