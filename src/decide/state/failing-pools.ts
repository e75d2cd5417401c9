import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { type OfferingKey, parseOfferingKey } from '../../model/offering.ts';
import type { Operation } from '../../model/operation.ts';
import { backoffMs } from '../../time/backoff.ts';
import { failuresBy, type JoinFailures, joinTrialsIn } from './join-history.ts';

/** Failures after which a type is what they have in common: in one zone alone it may as well be the zone. */
const ZONES_OF_A_BAD_TYPE = 2;

/** A pool that failed in a row is asked again after an hour at the latest. */
const MAX_REST_MS = 3_600_000;
/** One failure may be chance; after two, a pool is trusted again only once it has rested this many times over. */
const DOUBTED_FROM = 2;
const DOUBTED_RESTS = 4;

/** What the last machines of a zone or a type that did not join have in common, as far as an offering is concerned. */
export interface FailingPool {
  readonly what: string;
  /** Failures in a row that speak of it. */
  readonly failures: number;
  readonly lastMs: number;
}

/** The zone and the type of an offering, where their last machines did not join. */
export type FailingPoolsOf = (key: OfferingKey) => readonly FailingPool[];

/** Where all machines join. */
export const NO_FAILING_POOLS: FailingPoolsOf = () => [];

/**
 * Reads from the ledger which zones and types fail. A machine that does not join speaks against its zone; once the same type has
 * failed in two zones (in the only one that the policy names), it speaks against its type instead. The first that joins clears both.
 */
export function failingPools(operations: readonly Operation[], zoneCount: number): FailingPoolsOf {
  const { zones, types } = failingIn(operations)(Math.min(ZONES_OF_A_BAD_TYPE, Math.max(1, zoneCount)));
  if (zones.size + types.size === 0) return NO_FAILING_POOLS;
  return (key) => {
    const { zone, type } = parseOfferingKey(key);
    return [poolOf(`in ${zone}`, zones.get(zone)), poolOf(`of type ${type}`, types.get(type))].filter(
      (pool) => pool !== undefined,
    );
  };
}

/** Until when a failing pool rests: `failurePauseSeconds` after the first failure, twice as long after each further one. */
export function restsUntilMs({ failures, lastMs }: FailingPool, firstSeconds: number, nowMs: number): number {
  return Math.min(lastMs, nowMs) + backoffMs(failures, { firstMs: firstSeconds * 1000, maxMs: MAX_REST_MS });
}

/**
 * Whether other pools are better for pods that wait, though this one no longer rests: what it is asked for meanwhile is for the zone's
 * own sake.
 */
export function isDoubted(pool: FailingPool, firstSeconds: number, nowMs: number): boolean {
  if (pool.failures < DOUBTED_FROM) return false;
  const lastMs = Math.min(pool.lastMs, nowMs);
  return nowMs < lastMs + DOUBTED_RESTS * (restsUntilMs(pool, firstSeconds, nowMs) - lastMs);
}

function poolOf(what: string, row: JoinFailures | undefined): FailingPool | undefined {
  return row === undefined ? undefined : { what, failures: row.failures, lastMs: row.lastMs };
}

interface Failing {
  readonly zones: ReadonlyMap<string, JoinFailures>;
  readonly types: ReadonlyMap<string, JoinFailures>;
}

/** By how many zones a type must have failed in. */
const failingIn = memoizeByIdentity((operations: readonly Operation[]) => {
  const trials = joinTrialsIn(operations);
  const known = new Map<number, Failing>();
  return (zonesOfBadType: number): Failing => {
    const found = known.get(zonesOfBadType);
    if (found !== undefined) return found;
    const byType = failuresBy(trials, ({ type }) => type);
    const types = new Map([...byType].filter(([, { zones }]) => zones.size >= zonesOfBadType));
    const ofOthers = trials.filter(({ type, joined }) => joined || !types.has(type));
    const failing = { types, zones: failuresBy(ofOthers, ({ zone }) => zone) };
    known.set(zonesOfBadType, failing);
    return failing;
  };
});
