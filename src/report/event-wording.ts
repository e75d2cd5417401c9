import { atRevision, type EventText, policyName } from '../events/event-text.ts';
import { importanceOf } from '../events/importance.ts';
import { byKind, type EventOf } from '../events/reporter.ts';
import { CANCELLED, type LaunchOperation, type Operation, type RemoveOperation } from '../model/operation.ts';
import type { PolicyDocument } from '../model/policy-document.ts';
import type { Reason } from '../model/reason.ts';
import type { NoticeSubject, ReportEvent } from '../ports.ts';

/** The words for an event; its severity and time come with it. */
type Words = Omit<EventText, 'severity' | 'atMs'>;

const FLEET: NoticeSubject = { kind: 'fleet' };

const wordsOf = byKind<Words | undefined>(
  {
    operation: ({ operation }) => operationWords(operation),
    'policy-accepted': ({ identity, document }) => ({
      subject: FLEET,
      reason: 'PolicyAccepted',
      message: `policy ${policyName(identity)} is in force, from ${placeOf(document)}`,
    }),
    'policy-rejected': rejectionWords,
    'interruption-queue': interruptionWords,
    notice: ({ subject, reason, policy }) => ({
      subject,
      reason: camelCase(reason.code),
      message: reason.text,
      ...(policy !== undefined && { policy }),
    }),
  },
  undefined,
);

/** The event in words for people; `undefined` for what is only recorded. */
export function eventTextOf(event: ReportEvent): EventText | undefined {
  const { audience, severity } = importanceOf(event);
  const words = audience === 'people' ? wordsOf(event) : undefined;
  return words === undefined ? undefined : { ...words, severity, atMs: atMsOf(event) };
}

function rejectionWords({ faults, document, inForce }: EventOf<'policy-rejected'>): Words {
  const stays = inForce === undefined ? 'no policy is in force' : `${policyName(inForce)} stays in force`;
  const what = `${placeOf(document)}${atRevision(document.revision)}`;
  return {
    subject: FLEET,
    reason: 'PolicyRejected',
    message: `${what} is rejected, ${stays}: ${faults.join('; ')}`,
  };
}

function interruptionWords({ interruption, nodeName }: EventOf<'interruption-queue'>): Words | undefined {
  if (interruption === undefined || interruption.kind === 'state-change') return undefined;
  const { instanceId, kind } = interruption;
  const subject: NoticeSubject = nodeName === undefined ? FLEET : { kind: 'node', name: nodeName };
  const where = `instance ${instanceId}${nodeName === undefined ? '' : ` (node ${nodeName})`}`;
  const { reason, message } = ANNOUNCED[kind];
  return { subject, reason, message: message(where) };
}

const ANNOUNCED = {
  'spot-warning': { reason: 'SpotWarning', message: (where: string) => `spot ${where} ends in 2 minutes` },
  rebalance: {
    reason: 'RebalanceRecommended',
    message: (where: string) => `EC2 reports an elevated interruption risk of spot ${where}`,
  },
  maintenance: {
    reason: 'MaintenanceScheduled',
    message: (where: string) => `AWS has scheduled maintenance of ${where}`,
  },
} as const;

function operationWords(operation: Operation): Words | undefined {
  const words = operation.kind === 'launch' ? launchWords(operation) : removalWords(operation);
  return words === undefined ? undefined : { ...words, policy: operation.policy };
}

function launchWords(launch: LaunchOperation): Words | undefined {
  const what = launch.offering ?? launch.offerings[0] ?? 'no offering';
  const id = launch.instanceId ?? 'the instance';
  const about = (reason: string, message: string): Words => ({ subject: FLEET, reason, message });
  switch (launch.step) {
    case 'launched':
      return about('InstanceLaunched', `launched ${id} (${what}): ${why(launch)}`);
    case 'ready':
      return about('NodeJoined', `${id} (${what}) is a ready node`);
    case 'pooled':
      return about('WarmPoolFilled', `${id} (${what}) is stopped and waits in the warm pool`);
    case 'failed':
      return launchEndWords(what, launch.outcome);
    case 'intended':
    case 'stopping':
    case 'undoing':
      return undefined;
  }
}

function launchEndWords(what: string, outcome: Reason | undefined): Words {
  const text = outcome?.text ?? 'no reason given';
  return outcome?.code === CANCELLED
    ? { subject: FLEET, reason: 'LaunchCalledOff', message: `launch of ${what} was ${text}` }
    : { subject: FLEET, reason: 'LaunchFailed', message: `launch of ${what} failed: ${text}` };
}

function removalWords(removal: RemoveOperation): Words | undefined {
  const { nodeName, instanceId, outcome } = removal;
  const subject: NoticeSubject = { kind: 'node', name: nodeName };
  switch (removal.step) {
    case 'draining':
      return { subject, reason: 'Draining', message: `draining ${nodeName}: ${why(removal)}` };
    case 'removed': {
      const result = outcome === undefined ? '' : `; ${outcome.text}`;
      const message = `removed ${nodeName} (${instanceId}): ${why(removal)}${result}`;
      return { subject: FLEET, reason: 'NodeRemoved', message };
    }
    case 'aborted': {
      const message = `removal of ${nodeName} was given up: ${outcome?.text ?? 'no reason given'}`;
      return { subject, reason: 'RemovalAborted', message };
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

function placeOf({ origin, reference }: PolicyDocument): string {
  return reference === undefined ? origin : `${origin} in ConfigMap ${reference.configMap}`;
}

function camelCase(code: string): string {
  return code.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_match, first: string) => first.toUpperCase());
}

/** A decision has its time in its plan. */
function atMsOf(event: ReportEvent): number {
  return event.kind === 'decision' ? event.plan.decidedAtMs : event.atMs;
}
