import type { LaunchIntent } from '../../model/intent.ts';
import type { Demand, Refusal } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import type { ReplacementRequest } from '../state/replacement.ts';
import { type StuckPodHold, stuckPodHold } from '../state/stuck-pods.ts';
import { availableOf } from '../state/unavailable-offerings.ts';
import { earliest } from '../text/earliest-time.ts';
import { bounded } from './bounds.ts';
import type { DemandAnswer, DemandSource, ShrinkHold } from './demands/demand-source.ts';
import { floorDemand } from './demands/floor.ts';
import { pendingDemand } from './demands/pending.ts';
import { replacementDemand } from './demands/replacements.ts';
import { creditDemand } from './demands/surplus-credits.ts';
import { loadDemand } from './demands/utilization.ts';
import { zoneDemand } from './demands/zone-floor.ts';
import { LaunchPlanner } from './launch-planner.ts';

/** What all demands together ask for. */
export interface Growth {
  /** What the plan shows of the demands, by name. */
  readonly demands: readonly Demand[];
  /** Nodes to launch now. */
  readonly launches: readonly LaunchIntent[];
  /** Whether any demand needs more nodes than exist, approved or not. */
  readonly isWanted: boolean;
  readonly refusals: readonly Refusal[];
  /** Pods that wait for room there is or that comes. */
  readonly waitingPods: number;
  /** Keeps the nodes on which pods might run that wait and that no new node can help. */
  readonly stuckPodHold: StuckPodHold;
  /** Why no drain should go on; empty when none of the demands needs what leaves. */
  readonly stopsDrains: readonly Reason[];
  /** How many workers must stay. */
  readonly keepsAtLeast: number;
  /** What keeps nodes from going, the first that holds first. */
  readonly holds: readonly ShrinkHold[];
  readonly wakeAtMs: number | undefined;
}

/** Every reason to want nodes, read top-down: each sees what those above it asked for. */
function demandsOf(replacements: readonly ReplacementRequest[]): readonly DemandSource[] {
  return [
    // What AWS takes away is made up for before anything else: its two minutes run.
    replacementDemand(replacements),
    // Pods that wait say exactly which nodes they need, so what follows may find itself served.
    pendingDemand,
    // The minimum and the schedules: repair, which waits for no cooldown.
    floorDemand,
    // The minimum of each zone; only within what the fleet is large enough for.
    zoneDemand,
    // Load comes after them: what was asked for above may carry it.
    loadDemand,
    // Money last of all, and only where nothing above asked for anything.
    creditDemand,
  ];
}

/** The largest of the demands, bounded: which nodes to launch now, and which node requests were refused. */
export function planGrowth(
  context: DecisionContext,
  replacements: readonly ReplacementRequest[] = [],
): Growth {
  const { snapshot, unavailableUntil } = context;
  const usable = availableOf(snapshot.offerings, unavailableUntil);
  const planner = new LaunchPlanner(context);
  const answers: DemandAnswer[] = [];
  for (const source of demandsOf(replacements)) {
    const answer = source.evaluate({
      situation: context,
      usable,
      mix: planner.mix,
      waitingPods: waiting(answers),
    });
    answers.push(answer);
    for (const packed of answer.packed ?? []) planner.take(packed);
    planner.refusals.push(...(answer.refusals ?? []));
    for (const request of answer.requests) planner.buy(request);
  }
  const bounds = bounded(context, planner.launches);
  const wakes = answers.map(({ wakeAtMs }) => wakeAtMs);
  return {
    demands: answers
      .map(({ demand }) => demand)
      .filter((demand) => demand !== undefined)
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    launches: bounds.nodeRequests,
    isWanted: planner.isWanted || answers.some(({ isWanted }) => isWanted),
    refusals: [...planner.refusals, ...bounds.refusals],
    waitingPods: waiting(answers),
    stuckPodHold: stuckPodHold(
      answers.flatMap(({ stuckPods = [] }) => stuckPods),
      snapshot,
    ),
    stopsDrains: answers.find(({ stopsDrains }) => stopsDrains !== undefined)?.stopsDrains ?? [],
    keepsAtLeast: Math.max(0, ...answers.map(({ keepsAtLeast }) => keepsAtLeast?.nodes ?? 0)),
    holds: holdsOf(answers, context),
    wakeAtMs: earliest(...wakes, planner.wakeAtMs, bounds.wakeAtMs),
  };
}

const HELD_BY_FLOOR = ['low-load', 'unneeded', 'replaced'] as const;

function waiting(answers: readonly DemandAnswer[]): number {
  return answers.reduce((sum, { waitingPods = 0 }) => sum + waitingPods, 0);
}

/** Those of how many must stay first: a fleet that may not be smaller needs no other reason. */
function holdsOf(answers: readonly DemandAnswer[], { fleet }: DecisionContext): readonly ShrinkHold[] {
  const floors = answers
    .map(({ keepsAtLeast }) => keepsAtLeast)
    .filter((floor) => floor !== undefined && fleet.workers.length <= floor.nodes)
    .map((floor) => floor && { reason: floor.reason, purposes: HELD_BY_FLOOR });
  return [...floors, ...answers.map(({ holdsShrink }) => holdsShrink)].filter((hold) => hold !== undefined);
}
