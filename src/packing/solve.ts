import type { Pod } from '../model/pod.ts';
import { type Resources, subtractResources } from '../model/resources.ts';
import { DraftFleet, type Workbench, workbenchOf } from './filling/draft-fleet.ts';
import { type Seat, Seating } from './filling/seating.ts';
import { seatingOrder } from './filling/strategies.ts';
import { modelOf, type PackingProblem } from './model/packing-model.ts';
import type { PodGroup } from './model/pod-groups.ts';
import { improve } from './search/improve.ts';
import { packAnew } from './search/pack-anew.ts';
import { type PlacedPod, type Solution, solutionOf } from './solution.ts';

/** Packs pods onto the nodes that are there, which cost nothing more, and the rest onto as cheap a fleet as is found. */
export function solve(problem: PackingProblem): Solution {
  const { settled, bench } =
    problem.pods.length === 0 ? NOBODY : settleOnPresent(workbenchOf(modelOf(problem)));
  if (bench === undefined) return { newNodes: [], placements: settled, unplaced: [] };
  const seats: Seat[] = [];
  const fleet = cheapFleet(bench, seats);
  seats.push(...seatRest(bench, fleet));
  const { newNodes, placements, unplaced } = solutionOf(bench, fleet, seats);
  return { newNodes, placements: [...settled, ...placements], unplaced };
}

interface Settled {
  readonly settled: readonly PlacedPod[];
  /** Of the pods that are left; `undefined` when none is. */
  readonly bench: Workbench | undefined;
}

const NOBODY: Settled = { settled: [], bench: undefined };

/** Those that find a place on present nodes count as standing there from then on. */
function settleOnPresent(bench: Workbench): Settled {
  const { model } = bench;
  if (model.present.length === 0) return { settled: [], bench };
  const seating = new Seating(bench, new DraftFleet(bench), { mayOpen: false });
  seating.run([...model.groups].sort(seatingOrder(model)));
  const settled = seating.seats.map(({ pod, draft }) => ({
    pod,
    presentNode: draft.present,
    newNode: undefined,
  }));
  if (settled.length === 0) return { settled, bench };
  if (settled.length === model.pods.length) return { settled, bench: undefined };
  const byNode = Map.groupBy(settled, ({ presentNode }) => presentNode);
  const present = model.present.map((node, index) => {
    const come = (byNode.get(index) ?? []).map(({ pod }) => pod);
    const requests = come.map((pod): Resources => pod.requests);
    return { ...node, pods: [...node.pods, ...come], free: requests.reduce(subtractResources, node.free) };
  });
  const gone = new Set(settled.map(({ pod }) => pod));
  const pods = model.pods.filter((pod) => !gone.has(pod));
  const { buyable, maxNewNodes } = model;
  return { settled, bench: workbenchOf(modelOf({ pods, buyable, present, maxNewNodes })) };
}

/** As cheap a fleet as is found; where it would have too many nodes, one that is filled in the order of priority. */
function cheapFleet(bench: Workbench, seats: Seat[]): DraftFleet {
  const { model } = bench;
  const fleet = packAnew({ ...bench, model: { ...model, maxNewNodes: Number.POSITIVE_INFINITY } }, seats);
  if (fleet.opened <= model.maxNewNodes) return fleet;
  seats.length = 0;
  const bounded = new DraftFleet(bench);
  const seating = new Seating(bench, bounded);
  seating.run([...model.groups].sort(seatingOrder(model)));
  seats.push(...seating.seats);
  improve(bench, bounded);
  return bounded;
}

/** Seats whoever has no place yet beside all others; who still finds none fits nowhere. */
function seatRest(bench: Workbench, fleet: DraftFleet): readonly Seat[] {
  const { placed, nextTurn } = boundIn(fleet);
  const rest = bench.model.groups.flatMap((group): PodGroup[] => {
    const pods = group.pods.filter((pod) => !placed.has(pod));
    return pods.length === 0 ? [] : [{ ...group, pods }];
  });
  if (rest.length === 0) return [];
  fleet.showPresent();
  for (const draft of fleet.drafts) {
    if (draft.present !== undefined) draft.isOpen = bench.model.present[draft.present]?.isOpen ?? false;
  }
  const seating = new Seating(bench, fleet, { firstTurn: nextTurn });
  seating.run(rest.sort(seatingOrder(bench.model)));
  return seating.seats;
}

function boundIn({ drafts }: DraftFleet): { readonly placed: ReadonlySet<Pod>; readonly nextTurn: number } {
  const placed = new Set<Pod>();
  let nextTurn = 0;
  for (const { items } of drafts) {
    for (const { pod, batch } of items) {
      placed.add(pod);
      nextTurn = Math.max(nextTurn, batch.turn + 1);
    }
  }
  return { placed, nextTurn };
}
