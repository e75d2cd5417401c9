import { isEnding } from '../../model/instance.ts';
import type { WarmInstance } from '../../model/intent.ts';
import type { LaunchOperation } from '../../model/operation.ts';
import type { CloudFault } from '../../model/outcome.ts';
import { PortError } from '../../ports.ts';
import type { ActContext } from '../core/act-ports.ts';

/** What a launch knows of its machine once it runs or is about to. */
export type StartedInstance = Required<Pick<LaunchOperation, 'instanceId' | 'launchedAtMs' | 'offering'>>;

export type StartOutcome =
  | { readonly made: StartedInstance; readonly fault: undefined }
  | { readonly made: undefined; readonly fault: CloudFault };

/** Maximum age of EC2's list for deciding that an instance is terminated. */
const FRESH_MS = 1_000;

/**
 * Starts the stopped instance. Safe to repeat: one that runs already is started, as EC2 sees it. A `transient` fault leaves open
 * whether it starts; after any other it is certain that it does not.
 */
export async function startWarm(
  warm: WarmInstance,
  ports: ActContext,
  signal: AbortSignal,
): Promise<StartOutcome> {
  const fault = await requestStart(warm, ports, signal);
  if (fault === undefined) {
    const { instanceId, offering } = warm;
    return { made: { instanceId, offering, launchedAtMs: ports.clock.now() }, fault };
  }
  if (fault.class === 'capacity') return { made: undefined, fault: { ...fault, offerings: [warm.offering] } };
  const isOpen = fault.class === 'transient' && !(await isLost(warm, ports, signal));
  return { made: undefined, fault: isOpen ? fault : definite(fault) };
}

async function requestStart(
  { instanceId }: WarmInstance,
  ports: ActContext,
  signal: AbortSignal,
): Promise<CloudFault | undefined> {
  try {
    return await ports.cloud.start(instanceId, signal);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { class: error.retry, code: error.code, message: error.message, offerings: [] };
  }
}

/** EC2 calls the state of a terminated instance a passing one: the list knows better. */
async function isLost(
  { instanceId }: WarmInstance,
  ports: ActContext,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { instances } = await ports.instances.list({ maxAgeMs: FRESH_MS, signal });
    return instances.some((instance) => instance.id === instanceId && isEnding(instance));
  } catch (error) {
    if (error instanceof PortError) return false;
    throw error;
  }
}

function definite(fault: CloudFault): CloudFault {
  return fault.class === 'transient' ? { ...fault, class: 'configuration' } : fault;
}
