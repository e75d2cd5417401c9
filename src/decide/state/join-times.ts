import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { type OfferingKey, parseOfferingKey } from '../../model/offering.ts';
import type { Operation } from '../../model/operation.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import { failuresBy, type JoinTrial, joinTrialsIn } from './join-history.ts';

/** Fewer joins than this say nothing of how long one takes. */
const MIN_JOINS = 5;
/** Later boots say more: of so many, the newest. */
const MAX_JOINS = 50;
const QUANTILE = 0.95;
/** A machine that takes this many times as long as almost all others is taken for one that never joins. */
const PATIENCE = 2;

/** How long a machine of these offerings may take to join, in milliseconds, and how long one is likely to take. */
export interface JoinTimes {
  readonly timeoutMs: number;
  /** 95 of 100 joined within it; `undefined` while too few were seen. */
  readonly usualMs: number | undefined;
}

/**
 * Learns from the ledger how long machines take to join: twice what 95 of 100 of their type took, at least
 * `minJoinTimeoutSeconds`, at most `joinTimeoutSeconds`, of several types the slowest. It doubles with each machine of the type in a
 * row that did not join: a new image may boot slower than all before it.
 */
export function joinTimesOf(
  operations: readonly Operation[],
  offerings: readonly OfferingKey[],
  { launch, loop }: Pick<Policy, 'launch' | 'loop'>,
): JoinTimes {
  const longestMs = launch.joinTimeoutSeconds * 1000;
  const { usualMsOf, failuresOf } = measuredIn(operations);
  const types = [...new Set(offerings.map((key) => parseOfferingKey(key).type))];
  const usual = types.map(usualMsOf);
  if (usual.length === 0 || usual.includes(undefined)) return { timeoutMs: longestMs, usualMs: undefined };
  const usualMs = Math.max(...usual.map((ms) => ms ?? longestMs));
  const failures = Math.max(...types.map(failuresOf));
  // Where nothing wakes the loop, a node is seen to be ready an interval later.
  const shortestMs = 1000 * (launch.minJoinTimeoutSeconds + (loop.eventDriven ? 0 : loop.intervalSeconds));
  const timeoutMs = Math.max(shortestMs, PATIENCE * usualMs) * 2 ** failures;
  return { timeoutMs: Math.min(longestMs, timeoutMs), usualMs };
}

interface Measured {
  readonly usualMsOf: (type: string) => number | undefined;
  readonly failuresOf: (type: string) => number;
}

const measuredIn = memoizeByIdentity((operations: readonly Operation[]): Measured => {
  const trials = joinTrialsIn(operations);
  const byType = Map.groupBy(trials, ({ type }) => type);
  const usual = new Map([...byType].map(([type, of]) => [type, quantileOf(of)] as const));
  const ofAll = quantileOf(trials);
  const failures = failuresBy(trials, ({ type }) => type);
  return {
    usualMsOf: (type) => usual.get(type) ?? ofAll,
    failuresOf: (type) => failures.get(type)?.failures ?? 0,
  };
});

function quantileOf(trials: readonly JoinTrial[]): number | undefined {
  const times = trials
    .flatMap(({ tookMs = [] }) => tookMs)
    .slice(-MAX_JOINS)
    .sort((a, b) => a - b);
  return times.length < MIN_JOINS ? undefined : times[Math.ceil(QUANTILE * times.length) - 1];
}
