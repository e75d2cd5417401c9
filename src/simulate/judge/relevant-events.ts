import type { WorldEvent } from '../base/event-log.ts';

/** Facts of events that name a thing. */
const NAMES = ['instance', 'node', 'pod', 'operation', 'id', 'process', 'about'] as const;
/** What pods go through all day: shown for a pod, not for its node. */
const OF_PODS = new Set(['bind', 'unschedulable', 'pod-stopped', 'pod-succeeded']);
/** Too fine where no single thing is concerned. */
const OF_ONE = new Set([...OF_PODS, 'evict', 'launch-refused', 'queue', 'violation']);
/** What says under which leader and decision a thing happened, and what befell the fleet. */
const FRAME = new Set(['decision', 'lease', 'policy-accepted', 'left-alone', 'process-died', 'terminate']);
const FRAME_EVENTS = 4;

/** The latest events about what `fact` names, at most this many kinds of lines, with the decisions around them; oldest first. */
export function relevantEvents(
  events: readonly WorldEvent[],
  fact: string,
  max: number,
): readonly WorldEvent[] {
  const concerned = concernedBy(events, fact);
  const isOf = (event: WorldEvent) =>
    concerned.size === 0 ? !OF_ONE.has(event.kind) : concerns(event, concerned);
  const chosen = new Set(latest(events.filter(isOf), max - FRAME_EVENTS));
  const frame = events.filter((event) => FRAME.has(event.kind) && !chosen.has(event));
  for (const event of frame.slice(-FRAME_EVENTS)) chosen.add(event);
  return events.filter((event) => chosen.has(event));
}

/** The things that the fact names, the operations on them, and what those operations are about. */
function concernedBy(events: readonly WorldEvent[], fact: string): ReadonlySet<string> {
  const words = new Set(fact.split(/[\s'",;:]+/).map((word) => word.replace(/\.$/, '')));
  const named = new Set(events.flatMap(namesIn).filter((name) => words.has(name)));
  const concerned = new Set(named);
  for (const { kind, facts } of events) {
    const operation = kind === 'operation' ? facts['id'] : facts['operation'];
    const thing = facts['instance'] ?? facts['node'];
    if (typeof operation !== 'string' || typeof thing !== 'string') continue;
    if (named.has(thing)) concerned.add(operation);
    if (named.has(operation)) concerned.add(thing);
  }
  return concerned;
}

function namesIn({ facts }: WorldEvent): readonly string[] {
  return NAMES.map((name) => facts[name]).filter((value) => typeof value === 'string');
}

function concerns(event: WorldEvent, things: ReadonlySet<string>): boolean {
  const { pod } = event.facts;
  if (OF_PODS.has(event.kind)) return typeof pod === 'string' && things.has(pod);
  return event.kind !== 'violation' && namesIn(event).some((name) => things.has(name));
}

/** The last events that fit into this many lines. */
function latest(events: readonly WorldEvent[], lines: number): readonly WorldEvent[] {
  return alike(events).slice(-lines).flat();
}

/** Events in a row that differ in nothing but whom of many they hit, together. */
export function alike(events: readonly WorldEvent[]): readonly (readonly WorldEvent[])[] {
  const rows: WorldEvent[][] = [];
  for (const event of events) {
    const row = rows.at(-1);
    if (row?.[0] !== undefined && likeness(row[0]) === likeness(event)) row.push(event);
    else rows.push([event]);
  }
  return rows;
}

function likeness({ kind, facts }: WorldEvent): string {
  if (kind === 'decision')
    return JSON.stringify([kind, facts['current'], facts['desired'], facts['actions']]);
  return JSON.stringify([kind, { ...facts, pod: undefined, offering: undefined }]);
}
