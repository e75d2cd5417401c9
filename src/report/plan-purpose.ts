import type { Action, Plan } from '../model/plan.ts';

/** What an action is for: the same kind of action serves different ends. */
export type ActionPurpose =
  /** More workers are wanted. */
  | 'grow'
  /** AWS takes a machine back, or announced that it may: another comes, or it goes before. */
  | 'replace'
  /** A dead machine goes. */
  | 'repair'
  /** Fewer or cheaper workers take over the pods of others. */
  | 'consolidate'
  /** Fewer workers are wanted. */
  | 'shrink'
  /** The warm pool is filled or emptied; the workers stay as they are. */
  | 'pool'
  /** A removal under way gets less time. */
  | 'expedite'
  /** What is under way is turned back. */
  | 'abort';

/** The gravest first: a decision that acts to several ends is counted under the first of them. */
export const PURPOSES: readonly ActionPurpose[] = [
  'grow',
  'replace',
  'repair',
  'consolidate',
  'shrink',
  'pool',
  'expedite',
  'abort',
];

export type PlanOutcome = ActionPurpose | 'refused' | 'none';

/** What a decision came to: the purpose of its actions, else whether something was refused. */
export function outcomeOf({ actions, refusals }: Plan): PlanOutcome {
  const purposes = new Set(actions.map(purposeOf));
  return PURPOSES.find((purpose) => purposes.has(purpose)) ?? (refusals.length > 0 ? 'refused' : 'none');
}

/** What the action is for. */
export function purposeOf(action: Action): ActionPurpose {
  switch (action.kind) {
    case 'launch':
      if (action.forPool === true) return 'pool';
      if (action.consolidates !== undefined) return 'consolidate';
      return action.replaces === undefined ? 'grow' : 'replace';
    case 'remove':
      if (action.fromPool === true) return 'pool';
      if (action.interruption !== undefined) return 'replace';
      return action.isRepair === true ? 'repair' : 'shrink';
    case 'expedite-removal':
      return 'expedite';
    case 'abort-removal':
    case 'abort-launch':
      return 'abort';
  }
}
