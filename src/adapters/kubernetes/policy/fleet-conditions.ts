import type { PolicyIdentity } from '../../../model/policy-identity.ts';
import { kubeTime } from '../client.ts';
import type { AcceptedPolicy, Condition, NodeFleetStatus, RejectedPolicy } from './node-fleet-resource.ts';

/** Flux copies the message into its own, which people read in a table. */
const MAX_FAULT_CHARS = 700;

/** What the two conditions are made of. */
export interface FleetStatus {
  readonly accepted: AcceptedPolicy | undefined;
  readonly rejected: RejectedPolicy | undefined;
  /** What is missing, while the source shows no policy. */
  readonly missing: string | undefined;
  readonly nodes: NodeFleetStatus['nodes'];
  /** Why EC2's list is not known; `undefined` when it is. */
  readonly fleetUnknown: string | undefined;
  /** What the policy asks of the fleet and it is not; `undefined` while nothing was decided. */
  readonly deviations: readonly string[] | undefined;
  /** The policy in force says that nothing is to be changed. */
  readonly isSuspended: boolean;
  readonly observedGeneration: number | undefined;
}

type Statement = Pick<Condition, 'status' | 'reason' | 'message'>;

/**
 * `Synced`: the newest policy is in force. `Ready`: it is, and the fleet has as many workers as it wants. `Conforms`: they are what
 * it asks for, by spot share, types and zones.
 */
export function conditionsOf(
  status: FleetStatus,
  before: readonly Condition[],
  nowMs: number,
): readonly Condition[] {
  const synced = syncedOf(status);
  const ready = synced.status === 'True' ? readyOf(status) : synced;
  const conforms = conformsOf(status, before);
  return [dated('Ready', ready), dated('Synced', synced), dated('Conforms', conforms)];

  function dated(type: string, statement: Statement): Condition {
    const last = before.find((condition) => condition.type === type);
    const isSame = last?.status === statement.status;
    const { observedGeneration } = status;
    return {
      type,
      ...statement,
      lastTransitionTime: isSame ? last.lastTransitionTime : kubeTime(nowMs),
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
    };
  }
}

function syncedOf({ accepted, rejected, missing }: FleetStatus): Statement {
  if (missing !== undefined) return { status: 'False', reason: 'PolicyMissing', message: missing };
  if (rejected !== undefined) {
    const stays = accepted === undefined ? 'no policy is in force' : `${nameOf(accepted)} stays in force`;
    const message = `${faultText(rejected.faults)} | ${stays}`;
    return { status: 'False', reason: 'PolicyRejected', message };
  }
  if (accepted === undefined)
    return { status: 'Unknown', reason: 'NotLooked', message: 'No policy was read yet' };
  return { status: 'True', reason: 'PolicyAccepted', message: `${nameOf(accepted)} is in force` };
}

function readyOf({ nodes, fleetUnknown, isSuspended }: FleetStatus): Statement {
  if (isSuspended)
    return {
      status: 'False',
      reason: 'Suspended',
      message: 'The policy says suspend: true: nothing is changed',
    };
  const { ready = 0, current = 0, desired } = nodes ?? {};
  if (fleetUnknown !== undefined)
    return { status: 'Unknown', reason: 'FleetUnknown', message: `EC2 does not answer: ${fleetUnknown}` };
  if (desired === undefined) return NOT_DECIDED;
  const message = `${ready} workers ready, ${current} there or coming, ${desired} wanted`;
  if (ready < desired || current !== desired) return { status: 'False', reason: 'FleetChanging', message };
  return { status: 'True', reason: 'FleetReady', message };
}

const NOT_DECIDED: Statement = {
  status: 'Unknown',
  reason: 'NotDecided',
  message: 'No decision was made yet',
};

/** Until a decision is made, what the process before said stands. */
function conformsOf({ deviations }: FleetStatus, before: readonly Condition[]): Statement {
  if (deviations === undefined) {
    const { status, reason, message } = before.find(({ type }) => type === 'Conforms') ?? NOT_DECIDED;
    return { status, reason, message };
  }
  if (deviations.length > 0) return { status: 'False', reason: 'Deviating', message: deviations.join('; ') };
  return { status: 'True', reason: 'AsAsked', message: 'Spot share, types and zones are as the policy asks' };
}

/** The first fault, since a line has room for one; the others are counted. */
function faultText(faults: readonly string[]): string {
  const [first = 'it breaks a rule', ...others] = faults;
  const text = first.replaceAll(/\s+/g, ' ');
  const short = text.length <= MAX_FAULT_CHARS ? text : `${text.slice(0, MAX_FAULT_CHARS - 1)}…`;
  return others.length === 0 ? short : `${short} (and ${others.length} more)`;
}

function nameOf({ digest, revision }: Partial<PolicyIdentity> & { readonly digest: string }): string {
  return `policy ${shortDigest(digest)}${revision === undefined ? '' : ` at ${revision}`}`;
}

/** The first twelve hex digits: enough to tell policies apart, and to fit into a column. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
