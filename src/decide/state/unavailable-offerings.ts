import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { type Lifecycle, type OfferingKey, parseOfferingKey } from '../../model/offering.ts';
import type { LaunchOperation, Operation } from '../../model/operation.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import { backoffMs } from '../../time/backoff.ts';
import { launchesIn } from './operation-lists.ts';

/** An offering without capacity is asked again after an hour at the latest. */
const MAX_UNAVAILABLE_MS = 3_600_000;
/** The same where there is no alternative. */
const MAX_ONLY_MS = 600_000;
/** A quota does not grow by itself; asking again costs a call and nothing else (facts on EC2 error classes). */
const QUOTA_PAUSE_MS = 600_000;

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
 * success; refused spot makes all spot unavailable in the same way; a quota pauses its lifecycle for ten minutes.
 */
export function unavailableOfferings(
  operations: readonly Operation[],
  policy: Policy['launch'],
  nowMs: number,
): UnavailableUntil {
  const { capacity, spot, quotas } = refusalsOf(operations);
  if (capacity.size + spot.size + quotas.size === 0) return () => undefined;
  const firstMs = policy.capacityRestSeconds * 1000;
  const until = (row: Row | undefined, isOnly: boolean) => {
    if (row === undefined) return 0;
    const backoff = { firstMs, maxMs: isOnly ? MAX_ONLY_MS : MAX_UNAVAILABLE_MS };
    return Math.min(row.lastMs, nowMs) + backoffMs(row.failures, backoff);
  };
  const pausedUntil = (lastMs: number | undefined) =>
    lastMs === undefined ? 0 : Math.min(lastMs, nowMs) + QUOTA_PAUSE_MS;
  return (key, { isOnly = false } = {}) => {
    const lifecycle = parseOfferingKey(key).lifecycle;
    const [lacking, refused, quotaMs] = [capacity.get(key), spot.get(lifecycle), quotas.get(lifecycle)];
    if (lacking === undefined && refused === undefined && quotaMs === undefined) return undefined;
    const unavailable = [
      { untilMs: until(lacking, isOnly), why: 'no capacity' },
      { untilMs: until(refused, isOnly), why: 'spot refused' },
      { untilMs: pausedUntil(quotaMs), why: `${lifecycle} quota reached` },
    ];
    const max = unavailable.reduce((a, b) => (b.untilMs > a.untilMs ? b : a));
    return max.untilMs > nowMs ? max : undefined;
  };
}

/** Failures in a row, and when the last of them was. */
interface Row {
  readonly failures: number;
  readonly lastMs: number;
}

/** What EC2 refused and has not granted since: by offering, for spot as a whole, and when a quota was last in the way. */
const refusalsOf = memoizeByIdentity((operations: readonly Operation[]) => {
  const launches = launchesIn(operations);
  if (launches.every((launch) => launch.faults.length === 0)) return NO_REFUSALS;
  return {
    capacity: rowsOf(launches.flatMap(capacityTrials)),
    spot: rowsOf(launches.flatMap(spotTrials)),
    quotas: lastQuotas(launches),
  };
});

const NO_REFUSALS = {
  capacity: new Map<string, Row>(),
  spot: new Map<string, Row>(),
  quotas: new Map<Lifecycle, number>(),
};

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
  return [...trials, ...successOf(launch, (key) => parseOfferingKey(key).lifecycle)];
}

function successOf(launch: LaunchOperation, keyOf: (key: OfferingKey) => string): Trial[] {
  if (launch.offering === undefined || launch.launchedAtMs === undefined) return [];
  return [{ key: keyOf(launch.offering), atMs: launch.launchedAtMs, failed: false }];
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
