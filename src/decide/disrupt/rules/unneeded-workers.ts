import type { Reason } from '../../../model/reason.ts';
import { NO_UNNEEDED_NODES, type UnneededNodes } from '../../../model/unneeded-nodes.ts';
import type { Growth } from '../../launch/growth.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Worker } from '../../state/fleet.ts';
import { secondsText } from '../../text/wording.ts';
import { inCandidateOrder } from './candidates.ts';
import { crowdedAfter } from './crowding.ts';
import { lullsAfter, unneededForMs } from './lulls.ts';
import { overloadAfter } from './projected-load.ts';
import { protectionsFor } from './protections.ts';
import type { Relocations } from './relocation.ts';
import { MAX_TRIED, triedThisRound } from './tried-candidates.ts';

/** How often it is asked which nodes are needed: each answer costs packing, and pods that wait are heeded at once. */
const PROBE_EVERY_MS = 30_000;
/** An answer costs the more the more nodes there are: of a large fleet fewer are asked about at a time. */
const PROBES_TIMES_NODES = 10_000;
/** What was found longer ago than so many rounds says nothing of the time in between. */
const MISSED_ROUNDS = 4;
const LONGEST_GAP_MS = 120_000;

/** What only passes with time and says nothing of whether the node is needed. */
const PASSING: ReadonlySet<string> = new Set(['too-young', 'drain-paused']);

/**
 * What this round finds of nodes that the fleet could do without: each whose pods fit the others, whose load does, and that no rule
 * keeps; none while pods wait that a node can help, or while more nodes are wanted. Those that were found before keep their time.
 */
export function unneededWorkers(
  context: DecisionContext,
  growth: Growth,
  relocations: Relocations,
): UnneededNodes {
  const { nowMs, fleet, policy } = context;
  // One round by itself: what is not needed now counts as not needed for long, and the proof is asked for as nodes are chosen.
  if (context.snapshot.unneeded === undefined) return { ...NO_UNNEEDED_NODES, atMs: nowMs };
  const before = knownBefore(context);
  const isWanted = asksForNodes(growth);
  const isAsked = policy.shrink.unneededSeconds > 0 && nowMs - before.atMs < PROBE_EVERY_MS;
  if (isAsked && !isWanted) return before;
  const isAtFloor = fleet.workers.length <= growth.keepsAtLeast;
  const question = { context, growth, relocations, before };
  const verdicts = isWanted || isAtFloor ? [] : verdictsOn(question);
  const isSpare = verdicts.some(({ isUnneeded }) => isUnneeded);
  const isNeededAgain = !isSpare && (isWanted || verdicts.some(isAboutNeed));
  return {
    atMs: nowMs,
    ...timesOf(verdicts, before, nowMs),
    ...(isSpare && { spareSinceMs: before.spareSinceMs ?? nowMs }),
    // A lull that ends by our own removal, at the floor or in the dark says nothing of when the node is needed again.
    lulls: lullsAfter(before, isNeededAgain && fleet.leaving.length === 0, context),
  };
}

function asksForNodes({ isWanted, waitingPods, launches }: Growth): boolean {
  return isWanted || waitingPods > 0 || launches.length > 0;
}

function timesOf(
  verdicts: readonly Verdict[],
  before: UnneededNodes,
  nowMs: number,
): Pick<UnneededNodes, 'sinceMs' | 'needed'> {
  const sinceMs: Record<string, number> = {};
  const needed: Record<string, Reason> = {};
  for (const { id, isUnneeded, why } of verdicts) {
    if (isUnneeded) sinceMs[id] = before.sinceMs[id] ?? nowMs;
    if (why !== undefined) needed[id] = why;
  }
  return { sinceMs, needed };
}

/** Why the load would be too much for the others, or their room too little for what comes while load is not low. */
export function tooMuchFor(
  leaving: readonly Worker[],
  isLow: boolean,
  context: DecisionContext,
): Reason | undefined {
  return overloadAfter({ leaving, isLow }, context) ?? (isLow ? undefined : crowdedAfter(leaving, context));
}

/** Whether nothing that was measured keeps nodes from going for low load. */
export function isLoadLow({ holds }: Growth): boolean {
  const hold = holds.find(({ purposes }) => purposes.includes('low-load'));
  return hold === undefined || hold.purposes.includes('unneeded');
}

/** Answers why a node is needed, or has not been unneeded for long enough yet; `undefined` when it may go for all that. */
export function longUnneeded(
  found: UnneededNodes,
  context: DecisionContext,
): (worker: Worker) => Reason | undefined {
  const { snapshot, nowMs, policy } = context;
  if (snapshot.unneeded === undefined) return () => undefined;
  const neededMs = unneededForMs(context, found.lulls);
  const isLonger = neededMs > policy.shrink.unneededSeconds * 1000;
  const why = isLonger ? ', since the fleet needed such a node again after a shorter time of late' : '';
  return ({ id }) => {
    const sinceMs = found.sinceMs[id];
    if (sinceMs === undefined)
      return found.needed[id] ?? { code: 'needed-lately', text: `${id} was needed a moment ago` };
    const untilMs = sinceMs + neededMs;
    if (untilMs <= nowMs) return undefined;
    const text = `${id} has been unneeded for ${secondsText(nowMs - sinceMs)}; it goes after ${secondsText(neededMs)}${why}`;
    return { code: 'needed-lately', text, facts: { untilMs } };
  };
}

/** What the rounds before found, as far as no round is missing between; lulls are kept all the same. */
function knownBefore({ snapshot, nowMs, policy }: DecisionContext): UnneededNodes {
  const before = snapshot.unneeded ?? NO_UNNEEDED_NODES;
  const gapMs = nowMs - before.atMs;
  const isNext =
    gapMs >= 0 && gapMs <= Math.max(LONGEST_GAP_MS, MISSED_ROUNDS * policy.loop.intervalSeconds * 1000);
  return isNext ? before : { ...NO_UNNEEDED_NODES, lulls: before.lulls };
}

interface Verdict {
  readonly id: string;
  readonly isUnneeded: boolean;
  /** Why the others would not do, where that was asked. */
  readonly why?: Reason;
}

interface Question {
  readonly context: DecisionContext;
  readonly growth: Growth;
  readonly relocations: Relocations;
  readonly before: UnneededNodes;
}

function verdictsOn({ context, growth, relocations, before }: Question): readonly Verdict[] {
  const protections = protectionsFor(context);
  const candidates = inCandidateOrder(
    context.fleet.workers.filter(({ condition }) => condition === 'ready'),
    context,
  );
  const isLow = isLoadLow(growth);
  const lasting = (worker: Worker) =>
    (worker.node && growth.stuckPodHold(worker.node)) ??
    protections.all(worker).find(({ code }) => !PASSING.has(code));
  const most = Math.min(MAX_TRIED, Math.max(2, Math.floor(PROBES_TIMES_NODES / candidates.length)));
  const isTried = triedThisRound(candidates, context, lasting, most);
  return candidates.map((worker): Verdict => {
    const { id } = worker;
    const kept = lasting(worker);
    if (kept !== undefined) return { id, isUnneeded: false, why: kept };
    if (!isTried(worker)) return { id, isUnneeded: before.sinceMs[id] !== undefined };
    const why = tooMuchFor([worker], isLow, context) ?? relocations.probe(worker);
    return why === undefined ? { id, isUnneeded: true } : { id, isUnneeded: false, why };
  });
}

function isAboutNeed({ why }: Verdict): boolean {
  return why?.code === 'load-would-not-fit' || why?.code === 'pods-do-not-fit';
}
