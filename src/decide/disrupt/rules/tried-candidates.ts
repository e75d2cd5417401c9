import type { DecisionContext } from '../../state/decision-context.ts';

/** Candidates whose pods are tried elsewhere in one round: a trial costs the pods of the node times all nodes. */
export const MAX_TRIED = 50;

/**
 * Which candidates a round tries to empty: all of them, and of more than `most` that nothing else keeps the first ones, half of the
 * number, and a window over the rest that goes on by the loop's interval. It is a matter of the time alone, since deciding remembers nothing.
 */
export function triedThisRound<W>(
  candidates: readonly W[],
  { nowMs, policy }: Pick<DecisionContext, 'nowMs' | 'policy'>,
  keeps: (candidate: W) => unknown,
  most: number = MAX_TRIED,
): (candidate: W) => boolean {
  if (candidates.length <= most) return () => true;
  const open = candidates.filter((candidate) => keeps(candidate) === undefined);
  if (open.length <= most) return () => true;
  const always = Math.ceil(most / 2);
  const rest = open.slice(always);
  const turn = Math.floor(nowMs / (policy.loop.intervalSeconds * 1000));
  const from = (turn * (most - always)) % rest.length;
  const window = [...rest.slice(from), ...rest.slice(0, from)].slice(0, most - always);
  const tried = new Set([...open.slice(0, always), ...window]);
  return (candidate) => tried.has(candidate);
}
