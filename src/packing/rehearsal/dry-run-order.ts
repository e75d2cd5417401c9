import { picksPod } from '../../model/pod.ts';
import { ConstrainedPlacement, type PackingContext, seededRandom } from '../filling.ts';
import type { PodGroup } from '../model.ts';
import { inValidOrder, type PlannedPod } from './binding-order.ts';
import { type DryRun, SchedulerDryRuns } from './scheduler-dry-run.ts';
import type { RandomSource } from './scheduler-simulation.ts';

/** Limits: orders tried in a row without an improvement, and pods × nodes that all dry runs together may evaluate. */
const MAX_FRUITLESS = 100;
const MAX_WORK = 350_000;
/** Dry runs per order: the scheduler chooses at random among nodes of equal score, so one run proves little. */
const RUNS_PER_ORDER = 8;

/** A plan in some binding order, and the result of its dry runs. */
interface TriedOrder {
  readonly order: readonly PlannedPod[];
  readonly runs: readonly DryRun[];
  /** Unscheduled pods, summed over all dry runs. */
  readonly unscheduled: number;
}

/**
 * The same plan in a binding order in which kube-scheduler binds as many pods as possible. When it binds all of them, the plan
 * takes over its nodes and leaves out nodes that it would not use. Only for small fleets of new nodes: any other plan is returned
 * as it is. `unplaced`: pods without a node in the plan; they get none here.
 */
export function withDryRunOrder(
  context: PackingContext,
  planned: readonly PlannedPod[],
  unplaced: readonly PodGroup[],
): readonly PlannedPod[] {
  const tried = context.model.present.length > 0 ? undefined : bestOrder(context, planned);
  if (tried === undefined) return planned;
  const played = asSimulated(context, tried);
  // A pod that the first plan left out must not fit into the new one; otherwise the new plan would be incomplete.
  if (played !== undefined && !wouldPlace(context, played, unplaced)) return played.bound;
  return inValidOrder(context, tried.order) ?? planned;
}

/** A dry run that uses every remaining node; `undefined` when some pod would stay unscheduled on them. */
function asSimulated(context: PackingContext, { order, runs, unscheduled }: TriedOrder): DryRun | undefined {
  const [run] = runs;
  if (unscheduled > 0 || run === undefined) return undefined;
  if (nodesOf(run.bound).length === nodesOf(order).length) return run;
  const again = bestOrder(context, run.bound);
  return again === undefined ? undefined : asSimulated(context, again);
}

function wouldPlace(context: PackingContext, { fleet, bound }: DryRun, groups: readonly PodGroup[]): boolean {
  const placement = new ConstrainedPlacement(context, fleet, { firstBindingOrder: bound.length });
  placement.run(groups);
  return placement.orderedPlacements.length > 0;
}

/**
 * Local search from the given order: moves pods at random and keeps orders that are no worse, until all pods are scheduled or the
 * work limit is reached.
 */
function bestOrder(context: PackingContext, planned: readonly PlannedPod[]): TriedOrder | undefined {
  const bins = nodesOf(planned);
  const cost = planned.length * bins.length;
  if (cost === 0 || cost * RUNS_PER_ORDER > MAX_WORK) return undefined;
  const rehearsals = new SchedulerDryRuns(context, bins);
  const random = seededRandom();
  let best = tryOrder(rehearsals, planned, Number.POSITIVE_INFINITY);
  let work = cost * RUNS_PER_ORDER;
  for (
    let fruitless = 0;
    fruitless < MAX_FRUITLESS && work < MAX_WORK && best.unscheduled > 0;
    fruitless += 1
  ) {
    const tried = tryOrder(rehearsals, moved(best, random), best.unscheduled);
    work += cost * tried.runs.length;
    if (tried.unscheduled < best.unscheduled) fruitless = 0;
    if (tried.unscheduled <= best.unscheduled) best = tried;
  }
  return best;
}

/** Dry-runs the order with several random choices; stops early once it is worse than the best order so far. */
function tryOrder(rehearsals: SchedulerDryRuns, order: readonly PlannedPod[], max: number): TriedOrder {
  const random = seededRandom();
  const runs: DryRun[] = [];
  let unscheduled = 0;
  while (runs.length < RUNS_PER_ORDER && unscheduled <= max) {
    const run = rehearsals.run(order, random);
    runs.push(run);
    unscheduled += run.unscheduled.length;
  }
  return { order, runs, unscheduled };
}

/** The order with some pods somewhere else: mostly such as found no place, at times with whom they want to be near. */
function moved({ order, runs }: TriedOrder, random: RandomSource): readonly PlannedPod[] {
  const unscheduled = runs.flatMap((run) => run.unscheduled);
  const unscheduledOne = oneOf(unscheduled, random);
  const anyone = oneOf(order, random);
  const affinity = unscheduledOne?.pod.podAffinity ?? [];
  const isMoving = oneOf<(one: PlannedPod) => boolean>(
    [
      ({ pod }) => pod === unscheduledOne?.pod,
      ({ group }) => group === unscheduledOne?.group,
      ({ group, pod }) => group === unscheduledOne?.group || affinity.some((term) => picksPod(term, pod)),
      ({ pod }) => unscheduled.some((one) => one.pod === pod),
      ({ pod }) => pod === anyone?.pod,
      ({ group }) => group === anyone?.group,
    ],
    random,
  );
  if (isMoving === undefined) return order;
  const rest = order.filter((one) => !isMoving(one));
  const at = random(rest.length + 1);
  return [...rest.slice(0, at), ...order.filter(isMoving), ...rest.slice(at)];
}

function oneOf<T>(list: readonly T[], random: RandomSource): T | undefined {
  return list[random(list.length)];
}

function nodesOf(planned: readonly PlannedPod[]): readonly PlannedPod['bin'][] {
  return [...new Set(planned.map(({ bin }) => bin))];
}
