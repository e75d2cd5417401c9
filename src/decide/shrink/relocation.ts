import { podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import type { Worker } from '../fleet.ts';
import { firstFit } from '../packing/first-fit.ts';
import { type FleetBoard, fleetBoard } from '../packing/fleet-board.ts';
import { groupPods } from '../packing/groups.ts';
import type { Situation } from '../situation.ts';
import { evictablePods } from './protections.ts';

/**
 * Answers for one node after another whether all its pods fit on the others (R48), by the packer that also grows the
 * fleet. A node that may go is closed on the board and its pods stand where they would move to, so that the next
 * answer counts with it; otherwise the board is as before.
 */
export function relocator(situation: Situation): (worker: Worker) => Reason | undefined {
  const podsByNode = evictablePods(situation.snapshot.pods);
  let layout: FleetBoard | undefined;
  return (worker) => {
    layout ??= onlyReadyNodes(fleetBoard(situation), situation);
    const { board, binOfNode } = layout;
    const bin = binOfNode.get(worker.id);
    if (bin === undefined) return { code: 'pods-unknown', text: `what runs on ${worker.id} is not known` };
    const mark = board.mark();
    const wasOpen = bin.isOpen;
    bin.isOpen = false;
    const pods = podsByNode.get(worker.id) ?? [];
    for (const pod of pods) board.remove(pod, bin);
    const { unplaced } = firstFit(board, groupPods(pods, worker.node?.allocatable ?? bin.free));
    const first = unplaced[0];
    if (first === undefined) return undefined;
    board.rollback(mark);
    bin.isOpen = wasOpen;
    const text = `${unplaced.length} of ${pods.length} pods of ${worker.id} fit nowhere else, ${podRef(first)} first`;
    return { code: 'pods-do-not-fit', text, facts: { unplaced: unplaced.length, pods: pods.length } };
  };
}

/** What only boots is no room to move pods to. */
function onlyReadyNodes(layout: FleetBoard, { snapshot }: Situation): FleetBoard {
  const ready = new Set(snapshot.nodes.filter((node) => node.isReady).map((node) => node.name));
  for (const bin of layout.board.bins) bin.isOpen &&= ready.has(bin.id);
  return layout;
}
