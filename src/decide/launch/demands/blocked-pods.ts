import type { Refusal } from '../../../model/plan.ts';
import { type Pod, podRef } from '../../../model/pod.ts';
import type { Snapshot } from '../../../model/snapshot.ts';

/** Waiting pods, apart from those that no purchase helps. */
export interface HelpablePods {
  readonly pods: readonly Pod[];
  /** Why nothing is bought for each of the others; they hold nothing. */
  readonly refusals: readonly Refusal[];
}

/**
 * Leaves out pods that wait for something that no node brings, such as a volume claim, and those for which the scheduler makes room
 * on a node that is there, by ending pods of lower priority.
 */
export function helpablePods(waiting: readonly Pod[], { nodes }: Pick<Snapshot, 'nodes'>): HelpablePods {
  const refusals: Refusal[] = [];
  const pods = waiting.filter((pod) => {
    const refusal = refusalOf(pod, nodes);
    if (refusal !== undefined) refusals.push(refusal);
    return refusal === undefined;
  });
  return { pods: refusals.length === 0 ? waiting : pods, refusals };
}

function refusalOf(pod: Pod, nodes: Snapshot['nodes']): Refusal | undefined {
  const { blockedBy, nominatedNodeName } = pod;
  const subject = podRef(pod);
  if (blockedBy !== undefined) {
    const text = `pod ${subject} waits: ${blockedBy.why}; no node would help`;
    return { what: 'pod', subject, reason: { code: blockedBy.code, text } };
  }
  if (nominatedNodeName === undefined || !nodes.some(({ name }) => name === nominatedNodeName)) {
    return undefined;
  }
  const text = `pod ${subject} gets its room on ${nominatedNodeName}: the scheduler ends pods of lower priority there`;
  return { what: 'pod', subject, reason: { code: 'pod-preempts', text } };
}
