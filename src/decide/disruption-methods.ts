import { planExchange } from './disrupt/consolidation/exchange.ts';
import { planReplacement } from './disrupt/consolidation/replacement.ts';
import { replaceEarly } from './disrupt/interruptions/early-replacements.ts';
import { reactToSpotWarnings } from './disrupt/interruptions/spot-warnings.ts';
import { planRepair } from './disrupt/repair.ts';
import { planRestore } from './disrupt/restore/restore.ts';
import { planShrink } from './disrupt/shrink.ts';
import type { Growth } from './launch/growth.ts';
import type { DecisionContext } from './state/decision-context.ts';
import type { Method } from './state/disruption.ts';
import { planPool } from './warm-pool/upkeep.ts';

/** What methods look at that AWS forces: they come before the demands, which make up for what goes. */
export interface Announced {
  readonly situation: DecisionContext;
}

/** What methods look at that we choose: they know what the demands ask for. */
export interface Chosen extends Announced {
  readonly growth: Growth;
  /** Whether operations under way are turned back in this round. */
  readonly isAborting: boolean;
}

/** Read top-down: what leaves no time first. */
export const ANNOUNCED_METHODS: readonly Method<Announced>[] = [
  // Two minutes, whatever protects the pods.
  { name: 'spot-warning', compute: ({ situation: context }) => reactToSpotWarnings(context) },
  // Rebalance recommendations and maintenance: there is time, so every protection holds.
  { name: 'early-replacement', compute: ({ situation: context }) => replaceEarly(context) },
];

/** Read top-down: what costs money for nothing first, what only saves some later. */
export const CHOSEN_METHODS: readonly Method<Chosen>[] = [
  // Dead nodes serve nobody.
  { name: 'repair', compute: ({ situation: context }) => planRepair(context) },
  // Above the maximum, replaced by what is ready, or idle: one proof for all three. Says of every node why it stays.
  {
    name: 'shrink',
    compute: ({ situation: context, growth, isAborting, removed }) =>
      planShrink(context, growth, { isAborting, repairs: removed }),
  },
  // What the policy asks comes before what is cheaper: one exchange at a time.
  {
    name: 'restore',
    compute: ({ situation: context, growth, isAborting, removed }) =>
      planRestore(context, growth, { isAborting, repairs: removed }),
  },
  // Two that keep each other, or cheaper nodes for the same pods: they are bought first, and shrinking takes the old ones once they
  // are ready.
  {
    name: 'consolidation',
    compute: ({ situation: context, growth, isAborting, removed, launched }) => {
      if (launched > 0) return { launches: [] };
      const round = { isAborting, repairs: removed };
      const exchange = planExchange(context, growth, round);
      return { launches: exchange.length > 0 ? exchange : planReplacement(context, growth, round) };
    },
  },
];

/** Last of all, and only where nothing else changes. */
export const POOL_METHODS: readonly Method<Chosen & { readonly changes: number }>[] = [
  {
    name: 'warm-pool',
    compute: ({ situation: context, growth, changes }) => planPool(context, growth, changes),
  },
];
