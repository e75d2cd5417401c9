import type { DecisionContext } from '../../state/decision-context.ts';

/** Candidates whose pods are tried elsewhere in one round: a trial costs the pods of the node times all nodes. */
export const MAX_TRIED = 50;
/** Of these, the first in the order of removal, which are tried every round; the others take turns. */
const ALWAYS_TRIED = 25;

/**
 * Which candidates a round tries to empty: all of them, and of more than `MAX_TRIED` that nothing else keeps the first ones and
 * a window over the rest that goes on by the loop's interval. It is a matter of the time alone, since deciding remembers nothing.
 */
export function triedThisRound<W>(
  candidates: readonly W[],
  { nowMs, policy }: Pick<DecisionContext, 'nowMs' | 'policy'>,
  keeps: (candidate: W) => unknown,
): (candidate: W) => boolean {
  if (candidates.length <= MAX_TRIED) return () => true;
  const open = candidates.filter((candidate) => keeps(candidate) === undefined);
  if (open.length <= MAX_TRIED) return () => true;
  const rest = open.slice(ALWAYS_TRIED);
  const turn = Math.floor(nowMs / (policy.loop.intervalSeconds * 1000));
  const from = (turn * (MAX_TRIED - ALWAYS_TRIED)) % rest.length;
  const window = [...rest.slice(from), ...rest.slice(0, from)].slice(0, MAX_TRIED - ALWAYS_TRIED);
  const tried = new Set([...open.slice(0, ALWAYS_TRIED), ...window]);
  return (candidate) => tried.has(candidate);
}
