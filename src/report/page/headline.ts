import type { Action, Plan } from '../../model/plan.ts';
import { type ActionPurpose, purposeOf } from '../plan-purpose.ts';

/** What a decision does, in a line: each purpose with its count, then how many workers are wanted. */
export function headline(plan: Plan): string {
  const { actions, refusals, currentNodes, desiredNodes } = plan;
  if (actions.length === 0) {
    const refused = refusals.length > 0 ? ` (refused: ${refusals.length})` : '';
    return `stay at ${currentNodes}${refused}`;
  }
  const parts = PHRASES.flatMap(({ kind, purposes, say }) => {
    const meant = actions.filter((a) => a.kind === kind && (purposes?.includes(purposeOf(a)) ?? true));
    return meant.length === 0 ? [] : [say(meant)];
  });
  const isAboutNumber = actions.some((action) => ['grow', 'shrink'].includes(purposeOf(action)));
  const change = isAboutNumber || currentNodes !== desiredNodes ? `: ${currentNodes} → ${desiredNodes}` : '';
  return `${parts.join(', ')}${change}`;
}

interface Phrase {
  readonly kind: Action['kind'];
  /** @default every purpose of the kind */
  readonly purposes?: readonly ActionPurpose[];
  readonly say: (actions: readonly Action[]) => string;
}

/** In the order in which a headline names them. */
const PHRASES: readonly Phrase[] = [
  { kind: 'launch', purposes: ['grow'], say: (a) => `launch ${nodes(a)}` },
  { kind: 'launch', purposes: ['replace'], say: (a) => `launch ${nodes(a)} in place of what AWS takes back` },
  { kind: 'launch', purposes: ['consolidate'], say: (a) => `launch ${nodes(a)} to replace ${replacedBy(a)}` },
  { kind: 'launch', purposes: ['pool'], say: (a) => `launch ${machines(a)} for the warm pool` },
  { kind: 'remove', purposes: ['shrink'], say: (a) => `remove ${nodes(a)}` },
  { kind: 'remove', purposes: ['replace'], say: (a) => `remove ${nodes(a)} that AWS takes back` },
  { kind: 'remove', purposes: ['repair'], say: (a) => `remove ${counted(a.length, 'dead node')}` },
  { kind: 'remove', purposes: ['pool'], say: (a) => `remove ${machines(a)} of the warm pool` },
  { kind: 'expedite-removal', say: (a) => `expedite the removal of ${nodes(a)}` },
  { kind: 'abort-removal', say: (a) => `call off the removal of ${nodes(a)}` },
  { kind: 'abort-launch', say: (a) => `call off the launch of ${nodes(a)}` },
];

/** How many nodes the launches take over together. */
function replacedBy(actions: readonly Action[]): string {
  const replaced = actions.flatMap((action) => (action.kind === 'launch' ? (action.consolidates ?? []) : []));
  return `${new Set(replaced).size}`;
}

function nodes(actions: readonly Action[]): string {
  return counted(actions.length, 'node');
}

function machines(actions: readonly Action[]): string {
  return counted(actions.length, 'machine');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
