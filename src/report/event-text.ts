import {
  CALLED_OFF,
  type LaunchOperation,
  type Operation,
  type RemoveOperation,
} from '../model/operation.ts';
import type { PolicyIdentity } from '../model/policy-identity.ts';
import type { Reason } from '../model/reason.ts';
import type { NoticeSubject, PolicyDocument, ReportEvent } from '../ports.ts';

/** What an Event says, before it is known which object of the cluster it is attached to. */
export interface EventText {
  readonly subject: NoticeSubject;
  readonly type: 'Normal' | 'Warning';
  /** UpperCamelCase, as Kubernetes writes reasons. */
  readonly reason: string;
  readonly message: string;
  /** The policy that it follows from, where the message does not name one itself. */
  readonly policy?: PolicyIdentity;
  readonly atMs: number;
}

/** The message with the policy's name at its end: what is longer than `mostChars` is cut before that. */
export function messageOf({ message, policy }: EventText, mostChars: number): string {
  const end = policy === undefined ? '' : ` [policy ${nameOf(policy)}]`;
  const room = mostChars - end.length;
  return `${message.length <= room ? message : `${message.slice(0, room - 1)}…`}${end}`;
}

/** `sha256:` and twelve hex digits. */
const SHORT_DIGEST_CHARS = 19;

const FLEET: NoticeSubject = { kind: 'fleet' };

/** The Event that a report is worth; `undefined` for what happens too often or means nothing to a person with kubectl. */
export function eventTextOf(event: ReportEvent): EventText | undefined {
  switch (event.kind) {
    case 'decision':
      return undefined;
    case 'operation':
      return operationText(event.operation, event.atMs);
    case 'policy-accepted': {
      const { identity, document, atMs } = event;
      const message = `policy ${nameOf(identity)} is in force, from ${placeOf(document)}`;
      return { subject: FLEET, type: 'Normal', reason: 'PolicyAccepted', message, atMs };
    }
    case 'policy-restated':
      return undefined;
    case 'interruption-queue':
      return interruptionText(event);
    case 'policy-rejected': {
      const { faults, document, inForce, atMs } = event;
      const stays = inForce === undefined ? 'no policy is in force' : `${nameOf(inForce)} stays in force`;
      const message = `${placeOf(document)}${atRevision(document.revision)} is rejected, ${stays}: ${faults.join('; ')}`;
      return { subject: FLEET, type: 'Warning', reason: 'PolicyRejected', message, atMs };
    }
    case 'notice': {
      const { subject, severity, reason, policy, atMs } = event;
      const type = severity === 'warning' ? 'Warning' : 'Normal';
      const common = { subject, type, reason: camelCase(reason.code), message: reason.text, atMs } as const;
      return policy === undefined ? common : { ...common, policy };
    }
  }
}

/** State changes follow from what is told elsewhere; what concerns others is not told at all. */
function interruptionText(
  event: Extract<ReportEvent, { kind: 'interruption-queue' }>,
): EventText | undefined {
  const { outcome, interruption, nodeName, atMs } = event;
  if (outcome !== 'announced' || interruption === undefined || interruption.kind === 'state-change')
    return undefined;
  const { instanceId, kind } = interruption;
  const subject: NoticeSubject = nodeName === undefined ? FLEET : { kind: 'node', name: nodeName };
  const where = `instance ${instanceId}${nodeName === undefined ? '' : ` (node ${nodeName})`}`;
  const said = ANNOUNCED[kind];
  return { subject, type: 'Warning', reason: said.reason, message: said.message(where), atMs };
}

const ANNOUNCED = {
  'spot-warning': { reason: 'SpotWarning', message: (where: string) => `spot ${where} ends in 2 minutes` },
  rebalance: {
    reason: 'RebalanceRecommended',
    message: (where: string) => `EC2 says that spot ${where} is likely to be taken back soon`,
  },
  maintenance: {
    reason: 'MaintenanceScheduled',
    message: (where: string) => `AWS has scheduled maintenance of ${where}`,
  },
} as const;

function operationText(operation: Operation, atMs: number): EventText | undefined {
  const text = operation.kind === 'launch' ? launchText(operation, atMs) : removalText(operation, atMs);
  return text === undefined ? undefined : { ...text, policy: operation.policy };
}

function launchText(launch: LaunchOperation, atMs: number): EventText | undefined {
  const what = launch.offering ?? launch.offerings[0] ?? 'no offering';
  const common = { subject: FLEET, atMs };
  const id = launch.instanceId ?? 'the instance';
  switch (launch.step) {
    case 'launched': {
      const message = `launched ${id} (${what}): ${why(launch)}`;
      return { ...common, type: 'Normal', reason: 'InstanceLaunched', message };
    }
    case 'ready': {
      const message = `${id} (${what}) is a ready node`;
      return { ...common, type: 'Normal', reason: 'NodeJoined', message };
    }
    case 'pooled': {
      const message = `${id} (${what}) is stopped and waits in the warm pool`;
      return { ...common, type: 'Normal', reason: 'WarmPoolFilled', message };
    }
    case 'failed':
      return { ...common, ...launchEnd(what, launch.outcome) };
    case 'intended':
    case 'stopping':
    case 'undoing':
      return undefined;
  }
}

/** A launch that the policy no longer allowed is no failure. */
function launchEnd(
  what: string,
  outcome: Reason | undefined,
): Pick<EventText, 'type' | 'reason' | 'message'> {
  const text = outcome?.text ?? 'no reason given';
  return outcome?.code === CALLED_OFF
    ? { type: 'Normal', reason: 'LaunchCalledOff', message: `launch of ${what} was ${text}` }
    : { type: 'Warning', reason: 'LaunchFailed', message: `launch of ${what} failed: ${text}` };
}

function removalText(removal: RemoveOperation, atMs: number): EventText | undefined {
  const { nodeName, instanceId } = removal;
  const subject: NoticeSubject = { kind: 'node', name: nodeName };
  switch (removal.step) {
    case 'draining':
      return {
        subject,
        type: 'Normal',
        reason: 'Draining',
        message: `draining ${nodeName}: ${why(removal)}`,
        atMs,
      };
    case 'removed': {
      const result = removal.outcome === undefined ? '' : `; ${removal.outcome.text}`;
      const message = `removed ${nodeName} (${instanceId}): ${why(removal)}${result}`;
      return { subject: FLEET, type: 'Normal', reason: 'NodeRemoved', message, atMs };
    }
    case 'aborted': {
      const message = `removal of ${nodeName} was given up: ${removal.outcome?.text ?? 'no reason given'}`;
      return { subject, type: 'Warning', reason: 'RemovalAborted', message, atMs };
    }
    case 'intended':
    case 'terminating':
    case 'aborting':
      return undefined;
  }
}

function why(operation: Operation): string {
  return operation.reasons.map((reason) => reason.text).join('; ') || 'no reason given';
}

/** Short enough for a sentence, long enough to be told from every other. */
function nameOf({ digest, revision }: PolicyIdentity): string {
  return `${digest.slice(0, SHORT_DIGEST_CHARS)}${atRevision(revision)}`;
}

function placeOf({ origin, reference }: PolicyDocument): string {
  return reference === undefined ? origin : `${origin} in ConfigMap ${reference.configMap}`;
}

function atRevision(revision: string | undefined): string {
  return revision === undefined ? '' : ` at ${revision}`;
}

function camelCase(code: string): string {
  return code.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_match, first: string) => first.toUpperCase());
}
