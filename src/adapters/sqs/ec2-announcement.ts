import { z } from 'zod';
import type { InstanceState } from '../../model/instance.ts';
import { type Interruption, SPOT_NOTICE_MS } from '../../model/interruption.ts';

/** Retention of the queue; an event with an older or a future time comes from another clock. */
const MAX_AGE_MS = 300_000;

/** What a message says: interruptions, nothing that concerns a fleet, or why it is no event. */
export type Announcement =
  | { readonly interruptions: readonly Interruption[] }
  | { readonly interruptions: readonly []; readonly fault: string };

const instanceId = z.string().regex(/^i-[0-9a-f]+$/, 'must be an instance id');
const envelope = z.object({
  'detail-type': z.string(),
  source: z.string(),
  time: z.string().optional(),
  detail: z.unknown(),
});
const spot = z.object({ 'instance-id': instanceId });
const stateChange = z.object({ 'instance-id': instanceId, state: z.string() });
const health = z.object({
  service: z.string(),
  eventTypeCategory: z.string(),
  statusCode: z.string().optional(),
  startTime: z.string().optional(),
  affectedEntities: z.array(z.object({ entityValue: z.string(), status: z.string().optional() })).default([]),
});

type Reader = (detail: unknown, atMs: number) => readonly Interruption[];

/** EventBridge's detail-types that concern instances; the instance is taken from the detail, since the ARN may name a zone. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['EC2 Spot Instance Interruption Warning', readSpotWarning],
  ['EC2 Instance Rebalance Recommendation', readRebalance],
  ['EC2 Instance State-change Notification', readStateChange],
  ['AWS Health Event', readHealth],
]);

/** Only a machine that goes is an interruption: the others say what the next list of instances says, too. */
const TERMINATING_STATES: ReadonlySet<string> = new Set<InstanceState>([
  'stopping',
  'stopped',
  'shutting-down',
  'terminated',
]);

/** Reads the body of a message as EventBridge puts it into a queue. Pure; never throws, whatever the text. */
export function readAnnouncement(body: string, nowMs: number): Announcement {
  try {
    const event = envelope.parse(JSON.parse(body));
    const reader = READERS.get(event['detail-type']);
    if (reader === undefined || !event.source.startsWith('aws.')) return { interruptions: [] };
    return { interruptions: reader(event.detail, announcedAtMs(event.time, nowMs)) };
  } catch (error) {
    if (error instanceof z.ZodError) return { interruptions: [], fault: faultOf(error) };
    if (error instanceof SyntaxError) return { interruptions: [], fault: 'it is not JSON' };
    throw error;
  }
}

function readSpotWarning(detail: unknown, atMs: number): readonly Interruption[] {
  const { 'instance-id': id } = spot.parse(detail);
  return [{ kind: 'spot-warning', instanceId: id, atMs, effectiveAtMs: atMs + SPOT_NOTICE_MS }];
}

function readRebalance(detail: unknown, atMs: number): readonly Interruption[] {
  return [{ kind: 'rebalance', instanceId: spot.parse(detail)['instance-id'], atMs }];
}

function readStateChange(detail: unknown, atMs: number): readonly Interruption[] {
  const { 'instance-id': id, state } = stateChange.parse(detail);
  if (!isTerminating(state)) return [];
  return [{ kind: 'state-change', instanceId: id, atMs, state }];
}

/** Health tells of changes that were called off or are over by the same type of event. */
function readHealth(detail: unknown, atMs: number): readonly Interruption[] {
  const { service, eventTypeCategory, statusCode, startTime, affectedEntities } = health.parse(detail);
  if (service !== 'EC2' || eventTypeCategory !== 'scheduledChange' || statusCode === 'closed') return [];
  const startMs = Date.parse(startTime ?? '');
  return affectedEntities
    .filter(({ entityValue, status }) => instanceId.safeParse(entityValue).success && status !== 'UNIMPAIRED')
    .map(({ entityValue }) => ({
      kind: 'maintenance',
      instanceId: entityValue,
      atMs,
      ...(Number.isFinite(startMs) && { effectiveAtMs: startMs }),
    }));
}

function isTerminating(state: string): state is InstanceState {
  return TERMINATING_STATES.has(state);
}

function announcedAtMs(time: string | undefined, nowMs: number): number {
  const atMs = Date.parse(time ?? '');
  return atMs <= nowMs && nowMs - atMs <= MAX_AGE_MS ? atMs : nowMs;
}

function faultOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'unreadable'}`;
}
