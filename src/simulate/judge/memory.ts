import { FleetHistory } from './fleet-history.ts';
import { ZoneBalance } from './invariants/balance.ts';
import { EvictionPace } from './invariants/calm.ts';
import { Purchases, WaitingPods } from './invariants/purchases.ts';
import { UndoneLaunches } from './invariants/undone-launches.ts';

/** What invariants remember of one run. */
export interface Memory {
  readonly history: FleetHistory;
  readonly undone: UndoneLaunches;
  readonly zones: ZoneBalance;
  readonly waiting: WaitingPods;
  readonly purchases: Purchases;
  readonly pace: EvictionPace;
}

export function emptyMemory(): Memory {
  return {
    history: new FleetHistory(),
    undone: new UndoneLaunches(),
    zones: new ZoneBalance(),
    waiting: new WaitingPods(),
    purchases: new Purchases(),
    pace: new EvictionPace(),
  };
}
