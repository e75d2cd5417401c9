import type { WarmPoolState } from '../../model/plan.ts';
import type { UnneededNodes } from '../../model/unneeded-nodes.ts';
import type { Disruption, Method, WantedRemoval } from '../state/disruption.ts';
import { earliest } from '../text/earliest-time.ts';

/** What a list of methods settled together. */
export type Disruptions = Required<Omit<Disruption, 'warmPool' | 'unneeded' | 'wakeAtMs'>> & {
  readonly warmPool: WarmPoolState | undefined;
  readonly unneeded: UnneededNodes | undefined;
  readonly wakeAtMs: number | undefined;
};

/**
 * Asks one method after the other and merges what they want. No node is named twice: two operations on one node would undo each
 * other, and the one that drains would lose to the one that does not. So the first that names it counts; what is `named` before
 * counts as well.
 */
export function disrupt<Context>(
  methods: readonly Method<Context>[],
  context: Context,
  before: { readonly removed: readonly string[]; readonly named: readonly string[] },
): Disruptions {
  const answers: Disruption[] = [];
  const removals: WantedRemoval[] = [];
  const named = new Set([...before.removed, ...before.named]);
  for (const method of methods) {
    const removed = together([before.removed, removals.map(({ nodeName }) => nodeName)]);
    const launched = answers.reduce((sum, { launches }) => sum + (launches?.length ?? 0), 0);
    const answer = method.compute({ ...context, removed, launched });
    answers.push(answer);
    for (const { nodeName } of answer.expedited ?? []) named.add(nodeName);
    for (const removal of answer.removals ?? []) {
      if (named.has(removal.nodeName)) continue;
      named.add(removal.nodeName);
      removals.push(removal);
    }
  }
  return merged(answers, removals);
}

function merged(answers: readonly Disruption[], removals: readonly WantedRemoval[]): Disruptions {
  return {
    removals,
    launches: together(answers.map(({ launches }) => launches)),
    replacements: together(answers.map(({ replacements }) => replacements)),
    expedited: together(answers.map(({ expedited }) => expedited)),
    calledOff: together(answers.map(({ calledOff }) => calledOff)),
    refusals: together(answers.map(({ refusals }) => refusals)),
    kept: together(answers.map(({ kept }) => kept)),
    warmPool: answers.find(({ warmPool }) => warmPool !== undefined)?.warmPool,
    unneeded: answers.find(({ unneeded }) => unneeded !== undefined)?.unneeded,
    wakeAtMs: earliest(...answers.map(({ wakeAtMs }) => wakeAtMs)),
  };
}

/** All lists as one; nearly always at most one of them has anything. */
function together<T>(lists: readonly (readonly T[] | undefined)[]): readonly T[] {
  let all: readonly T[] = [];
  for (const list of lists) {
    if (list === undefined || list.length === 0) continue;
    all = all.length === 0 ? list : [...all, ...list];
  }
  return all;
}
