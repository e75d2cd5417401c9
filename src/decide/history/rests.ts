import type { Lifecycle, OfferingKey } from '../../model/offering.ts';
import type { LaunchOperation, Operation } from '../../model/operation.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import { parseOfferingKey } from '../offering-parts.ts';

/** An offering without capacity is asked again after an hour at the latest. */
const LONGEST_REST_MS = 3_600_000;
/** A quota does not grow by itself; asking again costs a call and nothing else (facts on EC2 error classes). */
const QUOTA_PAUSE_MS = 600_000;

/** Until when an offering is not worth asking for, in milliseconds, and why; `undefined` when it may be asked now. */
export type RestOf = (key: OfferingKey) => { readonly untilMs: number; readonly why: string } | undefined;

interface Trial {
  readonly key: string;
  readonly atMs: number;
  readonly failed: boolean;
}

/**
 * Reads from the ledger's launches which offerings rest: without capacity for that type, zone and lifecycle only,
 * `capacityRestSeconds` at first and twice as long with each further failure in a row, at most an hour, over at the
 * first success; refused spot rests all spot in the same way; a quota pauses its lifecycle for ten minutes.
 */
export function restsOf(operations: readonly Operation[], policy: Policy['launch'], nowMs: number): RestOf {
  const launches = operations.filter((o): o is LaunchOperation => o.kind === 'launch');
  if (launches.every((launch) => launch.faults.length === 0)) return () => undefined;
  const byCapacity = restUntil(launches.flatMap(capacityTrials), policy, nowMs);
  const bySpot = restUntil(launches.flatMap(spotTrials), policy, nowMs);
  const byQuota = quotaPauses(launches, nowMs);
  if (byCapacity.size + bySpot.size + byQuota.size === 0) return () => undefined;
  return (key) => {
    const lifecycle = parseOfferingKey(key)?.lifecycle ?? 'on-demand';
    const rests = [
      { untilMs: byCapacity.get(key) ?? 0, why: 'no capacity' },
      { untilMs: bySpot.get(lifecycle) ?? 0, why: 'spot refused' },
      { untilMs: byQuota.get(lifecycle) ?? 0, why: `${lifecycle} quota reached` },
    ];
    const longest = rests.reduce((a, b) => (b.untilMs > a.untilMs ? b : a));
    return longest.untilMs > nowMs ? longest : undefined;
  };
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
  return [...trials, ...successOf(launch, (key) => parseOfferingKey(key)?.lifecycle ?? '')];
}

function successOf(launch: LaunchOperation, keyOf: (key: OfferingKey) => string): Trial[] {
  if (launch.offering === undefined || launch.launchedAtMs === undefined) return [];
  return [{ key: keyOf(launch.offering), atMs: launch.launchedAtMs, failed: false }];
}

function restUntil(
  trials: readonly Trial[],
  policy: Policy['launch'],
  nowMs: number,
): ReadonlyMap<string, number> {
  const rests = new Map<string, { failures: number; lastMs: number }>();
  for (const trial of [...trials].sort((a, b) => a.atMs - b.atMs || Number(b.failed) - Number(a.failed))) {
    const failures = rests.get(trial.key)?.failures ?? 0;
    if (trial.failed) rests.set(trial.key, { failures: failures + 1, lastMs: Math.min(trial.atMs, nowMs) });
    else rests.delete(trial.key);
  }
  const until = new Map<string, number>();
  for (const [key, { failures, lastMs }] of rests) {
    const restMs = policy.capacityRestSeconds * 1000 * 2 ** (failures - 1);
    until.set(key, lastMs + Math.min(restMs, LONGEST_REST_MS));
  }
  return until;
}

function quotaPauses(launches: readonly LaunchOperation[], nowMs: number): ReadonlyMap<Lifecycle, number> {
  const until = new Map<Lifecycle, number>();
  for (const launch of launches) {
    for (const fault of launch.faults) {
      const lifecycle = parseOfferingKey(fault.offerings[0] ?? launch.offerings[0])?.lifecycle;
      if (fault.class !== 'quota' || lifecycle === undefined) continue;
      const endMs = Math.min(fault.atMs, nowMs) + QUOTA_PAUSE_MS;
      until.set(lifecycle, Math.max(endMs, until.get(lifecycle) ?? 0));
    }
  }
  return until;
}
