import type { Node } from '../../../model/node.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Worker } from '../../state/fleet.ts';
import { failedReplacements, isReplacing, replacedNodes } from '../../state/replaced-nodes.ts';
import { costOfWorker } from '../../state/worker-cost.ts';
import { evictablePods, protectionsFor } from '../rules/protections.ts';

/** How often replacements are looked for: each look packs many fleets, and a saving of hours can wait for minutes. */
export const LOOK_EVERY_MS = 600_000;
/** More sets are not looked at in one round: each is packed anew. */
const MAX_SETS = 16;
/** Workers that are looked at of each lifecycle, the dearest per pod first. */
const MAX_WORKERS = 8;

/**
 * Sets of workers that may be replaced together: each of the dearest per pod alone, then neighbours in that order, two at a time,
 * three and so on, and of many sets some at each look; spot and on-demand apart, since what is bought in their place has one lifecycle. None while a replacement
 * is under way or still has a claim, nor with nodes that something else holds.
 */
export function candidateSets(
  context: DecisionContext,
  isHeld: (node: Node) => unknown = () => undefined,
): readonly (readonly Worker[])[] {
  if (isReplacing(context) || replacedNodes(context).size > 0) return [];
  const byLifecycle = Map.groupBy(candidatesOf(context, isHeld), ({ lifecycle }) => lifecycle);
  const lists = [...byLifecycle.values()].map((workers) => workers.slice(0, MAX_WORKERS));
  const sizes = Array.from({ length: context.policy.consolidation.maxNodesAtOnce }, (_, i) => i + 1);
  const series = sizes.flatMap((size) => lists.map((list) => windows(list, size)));
  const all = series.flat();
  const chosen = new Set(inTurns(series, Math.floor(context.nowMs / LOOK_EVERY_MS)));
  return all.filter((set) => chosen.has(set));
}

/**
 * Sets of this look: one of each series in turn, so that no size is left out, going on where the look before ended. A matter of the
 * time alone, since deciding remembers nothing.
 */
function inTurns<T>(series: readonly (readonly T[])[], look: number): readonly T[] {
  const longest = Math.max(0, ...series.map(({ length }) => length));
  const mixed = Array.from({ length: longest }, (_, at) =>
    series.flatMap((one) => one.slice(at, at + 1)),
  ).flat();
  if (mixed.length <= MAX_SETS) return mixed;
  const from = (look * MAX_SETS) % mixed.length;
  return [...mixed.slice(from), ...mixed.slice(0, from)].slice(0, MAX_SETS);
}

function windows(workers: readonly Worker[], size: number): readonly (readonly Worker[])[] {
  const count = Math.max(0, workers.length - size + 1);
  return Array.from({ length: count }, (_, i) => workers.slice(i, i + size));
}

function candidatesOf(context: DecisionContext, isHeld: (node: Node) => unknown): readonly Worker[] {
  const { policy, fleet, snapshot, nowMs } = context;
  const protections = protectionsFor(context);
  const failed = failedReplacements(context);
  const oldestMs = nowMs - policy.consolidation.minNodeAgeSeconds * 1_000;
  const onNode = evictablePods(snapshot.pods);
  const dearness = (worker: Worker) =>
    (costOfWorker(worker, context) ?? 0) / (1 + (onNode.get(worker.id)?.length ?? 0));
  return fleet.workers
    .filter(
      ({ node, condition }) =>
        condition === 'ready' &&
        node !== undefined &&
        node.createdAtMs <= oldestMs &&
        isHeld(node) === undefined,
    )
    .filter(({ id }) => !failed.has(id))
    .filter((worker) => protections.ofReplaced(worker) === undefined)
    .map((worker) => ({ worker, dearness: dearness(worker) }))
    .sort((a, b) => b.dearness - a.dearness || (a.worker.id < b.worker.id ? -1 : 1))
    .map(({ worker }) => worker);
}
