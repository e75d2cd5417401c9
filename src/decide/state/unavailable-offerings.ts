import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import {
  type Lifecycle,
  lifecycleOf,
  type Offering,
  type OfferingKey,
  offeringKey,
  parseOfferingKey,
} from '../../model/offering.ts';
import type { LaunchOperation, Operation } from '../../model/operation.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import { backoffMs } from '../../time/backoff.ts';
import { failingPools, NO_FAILING_POOLS, restsUntilMs } from './failing-pools.ts';
import { launchesIn } from './operation-lists.ts';

/** An offering without capacity is asked again after an hour at the latest. */
const MAX_UNAVAILABLE_MS = 3_600_000;
/** The same where there is no alternative. */
const MAX_ONLY_MS = 600_000;
/** A quota does not grow by itself; asking again costs a call and nothing else (facts on EC2 error classes). */
const QUOTA_PAUSE_MS = 600_000;

/** A pool of which EC2 takes a machine back, and when it said so. */
export interface TakenBack {
  readonly key: OfferingKey;
  readonly atMs: number;
}

/** Until when an offering is not worth asking for, in milliseconds, and why; `undefined` when it may be asked now. */
export type UnavailableUntil = (
  key: OfferingKey,
  /** For pods that nothing else helps: then it is asked again after ten minutes at the latest. */
  wanted?: { readonly isOnly?: boolean },
) => { readonly untilMs: number; readonly why: string } | undefined;

interface Trial {
  readonly key: string;
  readonly atMs: number;
  readonly failed: boolean;
}

/**
 * Reads from the ledger's launches which offerings are unavailable: without capacity for that type, zone and lifecycle only,
 * `capacityRestSeconds` at first and twice as long with each further failure in a row, at most an hour, over at the first
 * success; refused spot makes all spot unavailable in the same way; a quota pauses its lifecycle for ten minutes; a zone or a type
 * whose machines do not join rests `failurePauseSeconds` at first, and longer in the same way. A pool of which EC2 took a machine
 * back rests as one without capacity; `takenBack` are those of which it is about to.
 */
export function unavailableOfferings(
  operations: readonly Operation[],
  policy: Pick<Policy, 'launch' | 'instances'>,
  { nowMs, takenBack = [] }: { readonly nowMs: number; readonly takenBack?: readonly TakenBack[] },
): UnavailableUntil {
  const { capacity, spot, quotas, reclaims } = refusalsOf(operations);
  const now = new Map(takenBack.map(({ key, atMs }) => [key, { failures: 1, lastMs: atMs }]));
  const failing = failingPools(operations, policy.instances.zones.length);
  const refusals = capacity.size + spot.size + quotas.size + reclaims.size + now.size;
  if (refusals === 0 && failing === NO_FAILING_POOLS) return ALWAYS_AVAILABLE;
  const { capacityRestSeconds, failurePauseSeconds } = policy.launch;
  const firstMs = capacityRestSeconds * 1000;
  return (key, { isOnly = false } = {}) => {
    const backoff = { firstMs, maxMs: isOnly ? MAX_ONLY_MS : MAX_UNAVAILABLE_MS };
    const until = ({ failures, lastMs }: Row) => Math.min(lastMs, nowMs) + backoffMs(failures, backoff);
    const lifecycle = lifecycleOf(key);
    const [lacking, refused, quotaMs] = [capacity.get(key), spot.get(lifecycle), quotas.get(lifecycle)];
    const rests = failing(key).map((pool) => ({
      untilMs: restsUntilMs(pool, failurePauseSeconds, nowMs),
      why: `machines ${pool.what} did not join`,
    }));
    if (lacking !== undefined) rests.push({ untilMs: until(lacking), why: 'no capacity' });
    const reclaimed = reclaims.get(key) ?? now.get(key);
    if (reclaimed !== undefined) rests.push({ untilMs: until(reclaimed), why: 'spot taken back' });
    if (refused !== undefined) rests.push({ untilMs: until(refused), why: 'spot refused' });
    if (quotaMs !== undefined)
      rests.push({ untilMs: Math.min(quotaMs, nowMs) + QUOTA_PAUSE_MS, why: `${lifecycle} quota reached` });
    const [longest] = rests.toSorted((a, b) => b.untilMs - a.untilMs);
    return longest !== undefined && longest.untilMs > nowMs ? longest : undefined;
  };
}

const ALWAYS_AVAILABLE: UnavailableUntil = () => undefined;

/** The offerings that may be asked for now, in their order. */
export function availableOf(
  offerings: readonly Offering[],
  unavailableUntil: UnavailableUntil,
): readonly Offering[] {
  if (unavailableUntil === ALWAYS_AVAILABLE) return offerings;
  return offerings.filter((offering) => unavailableUntil(keyOfOffering(offering)) === undefined);
}

/** Offerings are the same objects round after round. */
const keyOfOffering = memoizeByIdentity((offering: Offering): OfferingKey => offeringKey(offering));

/** Failures in a row, and when the last of them was. */
interface Row {
  readonly failures: number;
  readonly lastMs: number;
}

/** What EC2 refused and has not granted since: by offering, for spot as a whole, and when a quota was last in the way. */
const refusalsOf = memoizeByIdentity((operations: readonly Operation[]) => {
  const launches = launchesIn(operations);
  const reclaimed = operations.flatMap(reclaimTrials);
  if (reclaimed.length === 0 && launches.every((launch) => launch.faults.length === 0)) return NO_REFUSALS;
  const granted = launches.flatMap((launch) => successOf(launch, (key) => key));
  return {
    reclaims: rowsOf([...reclaimed, ...granted]),
    capacity: rowsOf(launches.flatMap(capacityTrials)),
    spot: rowsOf(launches.flatMap(spotTrials)),
    quotas: lastQuotas(launches),
  };
});

const NO_REFUSALS = {
  reclaims: new Map<string, Row>(),
  capacity: new Map<string, Row>(),
  spot: new Map<string, Row>(),
  quotas: new Map<Lifecycle, number>(),
};

function reclaimTrials(operation: Operation): readonly Trial[] {
  if (operation.kind !== 'remove' || operation.reclaimed === undefined) return [];
  return [{ key: operation.reclaimed, atMs: operation.createdAtMs, failed: true }];
}

function capacityTrials(launch: LaunchOperation): Trial[] {
  const trials = launch.faults
    .filter((fault) => fault.class === 'capacity')
    .flatMap((fault) => {
      const keys = fault.offerings.length > 0 ? fault.offerings : launch.offerings;
      return keys.map((key) => ({ key, atMs: fault.atMs, failed: true }));
    });
  return [...trials, ...successOf(launch, (key) => key)];
}

function spotTrials(launch: LaunchOperation): Trial[] {
  const trials = launch.faults
    .filter((fault) => fault.class === 'spot-only')
    .map((fault) => ({ key: 'spot', atMs: fault.atMs, failed: true }));
  return [...trials, ...successOf(launch, lifecycleOf)];
}

function successOf(launch: LaunchOperation, nameOf: (key: OfferingKey) => string): Trial[] {
  if (launch.offering === undefined || launch.launchedAtMs === undefined) return [];
  return [{ key: nameOf(launch.offering), atMs: launch.launchedAtMs, failed: false }];
}

function rowsOf(trials: readonly Trial[]): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  for (const trial of [...trials].sort((a, b) => a.atMs - b.atMs || Number(b.failed) - Number(a.failed))) {
    const failures = rows.get(trial.key)?.failures ?? 0;
    if (trial.failed) rows.set(trial.key, { failures: failures + 1, lastMs: trial.atMs });
    else rows.delete(trial.key);
  }
  return rows;
}

function lastQuotas(launches: readonly LaunchOperation[]): ReadonlyMap<Lifecycle, number> {
  const last = new Map<Lifecycle, number>();
  for (const launch of launches) {
    for (const fault of launch.faults) {
      const lifecycle = parseOfferingKey(fault.offerings[0] ?? launch.offerings[0])?.lifecycle;
      if (fault.class !== 'quota' || lifecycle === undefined) continue;
      last.set(lifecycle, Math.max(fault.atMs, last.get(lifecycle) ?? 0));
    }
  }
  return last;
}
