import { picksPod } from '../../model/pod.ts';
import type { Workbench } from '../filling/draft-fleet.ts';
import { drawer } from '../filling/drawer.ts';
import { Seating } from '../filling/seating.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import { inLegalOrder, type PlannedPod } from './binding-order.ts';
import type { Draw } from './played-scheduler.ts';
import { type Rehearsal, Rehearsals } from './rehearsal.ts';

/** Orders that are tried in a row without being better, and pods × nodes that all rehearsals together may look at. */
const MOST_VAIN = 100;
const MOST_WORK = 350_000;
/** Chance decides between equal nodes: an order is good when it is so however chance falls. */
const CHANCES = 8;

/** A plan in some order, and how it went in the rehearsals. */
interface Tried {
  readonly order: readonly PlannedPod[];
  readonly plays: readonly Rehearsal[];
  /** Pods without a place, over all plays. */
  readonly late: number;
}

/**
 * The same plan in an order in which a scheduler that chooses nodes by its own mind finds a place for as many pods as can be.
 * Where it finds one for all, they are planned where it puts them, and nodes that it would not use are left out. Only for small
 * fleets of new nodes: any other plan is returned as it is. `unplaced`: who has no place in the plan, and gets none here.
 */
export function rehearsed(
  bench: Workbench,
  planned: readonly PlannedPod[],
  unplaced: readonly PodGroup[],
): readonly PlannedPod[] {
  const tried = bench.model.present.length > 0 ? undefined : bestOrder(bench, planned);
  if (tried === undefined) return planned;
  const played = asPlayed(bench, tried);
  // Pods that were in nobody's way before must not find a place in the new plan, or it would not be whole.
  if (played !== undefined && !wouldSeat(bench, played, unplaced)) return played.bound;
  return inLegalOrder(bench, tried.order) ?? planned;
}

/** The play that uses every node which is left; `undefined` when some pod would find no place on these. */
function asPlayed(bench: Workbench, { order, plays, late }: Tried): Rehearsal | undefined {
  const [play] = plays;
  if (late > 0 || play === undefined) return undefined;
  if (nodesOf(play.bound).length === nodesOf(order).length) return play;
  const again = bestOrder(bench, play.bound);
  return again === undefined ? undefined : asPlayed(bench, again);
}

function wouldSeat(bench: Workbench, { fleet, bound }: Rehearsal, groups: readonly PodGroup[]): boolean {
  const seating = new Seating(bench, fleet, { firstTurn: bound.length });
  seating.run(groups);
  return seating.seats.length > 0;
}

/** Searches from the given order on: moves pods by chance and keeps what is no worse, until all find a place or the work is done. */
function bestOrder(bench: Workbench, planned: readonly PlannedPod[]): Tried | undefined {
  const drafts = nodesOf(planned);
  const cost = planned.length * drafts.length;
  if (cost === 0 || cost * CHANCES > MOST_WORK) return undefined;
  const rehearsals = new Rehearsals(bench, drafts);
  const draw = drawer();
  let best = tryOrder(rehearsals, planned, Number.POSITIVE_INFINITY);
  let work = cost * CHANCES;
  for (let vain = 0; vain < MOST_VAIN && work < MOST_WORK && best.late > 0; vain += 1) {
    const tried = tryOrder(rehearsals, moved(best, draw), best.late);
    work += cost * tried.plays.length;
    if (tried.late < best.late) vain = 0;
    if (tried.late <= best.late) best = tried;
  }
  return best;
}

/** Plays the order with several chances; ends early once it is worse than another. */
function tryOrder(rehearsals: Rehearsals, order: readonly PlannedPod[], most: number): Tried {
  const draw = drawer();
  const plays: Rehearsal[] = [];
  let late = 0;
  while (plays.length < CHANCES && late <= most) {
    const play = rehearsals.play(order, draw);
    plays.push(play);
    late += play.late.length;
  }
  return { order, plays, late };
}

/** The order with some pods somewhere else: mostly such as found no place, at times with whom they want to be near. */
function moved({ order, plays }: Tried, draw: Draw): readonly PlannedPod[] {
  const late = plays.flatMap((play) => play.late);
  const lateOne = oneOf(late, draw);
  const anyone = oneOf(order, draw);
  const near = lateOne?.pod.podAffinity ?? [];
  const isMoving = oneOf<(one: PlannedPod) => boolean>(
    [
      ({ pod }) => pod === lateOne?.pod,
      ({ group }) => group === lateOne?.group,
      ({ group, pod }) => group === lateOne?.group || near.some((term) => picksPod(term, pod)),
      ({ pod }) => late.some((one) => one.pod === pod),
      ({ pod }) => pod === anyone?.pod,
      ({ group }) => group === anyone?.group,
    ],
    draw,
  );
  if (isMoving === undefined) return order;
  const rest = order.filter((one) => !isMoving(one));
  const at = draw(rest.length + 1);
  return [...rest.slice(0, at), ...order.filter(isMoving), ...rest.slice(at)];
}

function oneOf<T>(list: readonly T[], draw: Draw): T | undefined {
  return list[draw(list.length)];
}

function nodesOf(planned: readonly PlannedPod[]): readonly PlannedPod['draft'][] {
  return [...new Set(planned.map(({ draft }) => draft))];
}
