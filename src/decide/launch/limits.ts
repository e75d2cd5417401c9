import type { LaunchIntent } from '../../model/intent.ts';
import type { Offering, OfferingKey } from '../../model/offering.ts';
import { offeringKey } from '../../model/offering.ts';
import type { Refusal } from '../../model/plan.ts';
import type { Worker } from '../state/fleet.ts';
import { offeringOfWorker } from '../state/offering-of-worker.ts';
import { poolUsdPerHour } from '../state/pool-cost.ts';
import type { Situation } from '../state/situation.ts';
import { costOfWorker, sumKnown } from '../state/worker-cost.ts';

export interface Limited {
  readonly wishes: readonly LaunchIntent[];
  readonly refusals: readonly Refusal[];
}

/** One quantity that the whole fleet may have no more than so much of. */
interface Limit {
  readonly code: 'budget' | 'cpu-limit' | 'memory-limit';
  readonly key: string;
  readonly most: number;
  readonly text: (amount: number) => string;
  /** What the fleet has of it, those leaving included; `undefined` when that is not known. */
  readonly used: number | undefined;
  /** What one more worker of the offering adds; `undefined` when not known. */
  readonly of: (offering: Offering) => number | undefined;
}

/**
 * Cuts wishes down to what the budget and the resource limits allow. Of each wish only those offerings stay of which every
 * one, bought, would leave the fleet within all limits; a wish without any is refused. What is not known is not allowed:
 * a limit that cannot be shown to hold is taken to be reached.
 */
export function limited(situation: Situation, wishes: readonly LaunchIntent[]): Limited {
  const limits = limitsOf(situation);
  if (limits.length === 0 || wishes.length === 0) return { wishes, refusals: [] };
  const byKey = new Map(situation.snapshot.offerings.map((offering) => [offeringKey(offering), offering]));
  const added = new Map<Limit, number>();
  const granted: LaunchIntent[] = [];
  let reached: Limit | undefined;
  for (const wish of wishes) {
    const isAllowed = (key: OfferingKey) => {
      const offering = byKey.get(key);
      const broken = limits.find((limit) => !holds(limit, offering, added.get(limit) ?? 0));
      reached ??= broken;
      return broken === undefined;
    };
    const offerings = wish.offerings.filter(isAllowed);
    if (offerings.length === 0) continue;
    granted.push({ ...wish, offerings });
    for (const limit of limits) {
      const most = Math.max(...offerings.map((key) => amountOf(limit, byKey.get(key))));
      added.set(limit, (added.get(limit) ?? 0) + most);
    }
  }
  const missing = wishes.length - granted.length;
  if (missing === 0 || reached === undefined) return { wishes: granted, refusals: [] };
  return { wishes: granted, refusals: [refusalOf(reached, missing)] };
}

function limitsOf(situation: Situation): readonly Limit[] {
  const { maxUsdPerHour } = situation.policy.cost;
  const { maxCpuMillis, maxMemoryMiB } = situation.policy.nodes;
  const { workers, leaving } = situation.fleet;
  const all = [...workers, ...leaving];
  const limits: Limit[] = [];
  if (maxUsdPerHour !== undefined) {
    limits.push({
      code: 'budget',
      key: 'cost.maxUsdPerHour',
      most: maxUsdPerHour,
      text: (amount) => `${amount.toFixed(4)} USD per hour`,
      used: sumKnown([...all.map((worker) => costOfWorker(worker, situation)), poolUsdPerHour(situation)]),
      of: (offering) => situation.costOf(offering)?.totalUsdPerHour,
    });
  }
  const resources = [
    ['cpu-limit', 'nodes.maxCpuMillis', maxCpuMillis, 'cpuMillis', 'm of CPU'],
    ['memory-limit', 'nodes.maxMemoryMiB', maxMemoryMiB, 'memoryMiB', 'MiB of memory'],
  ] as const;
  for (const [code, key, most, resource, unit] of resources) {
    if (most === undefined) continue;
    limits.push({
      code,
      key,
      most,
      text: (amount) => `${Math.round(amount)} ${unit}`,
      used: sumKnown(all.map((worker) => allocatableOfWorker(worker, situation)?.[resource])),
      of: (offering) => offering.allocatable[resource],
    });
  }
  return limits;
}

function holds(limit: Limit, offering: Offering | undefined, added: number): boolean {
  if (limit.used === undefined) return false;
  return limit.used + added + amountOf(limit, offering) <= limit.most + 1e-9;
}

function amountOf(limit: Limit, offering: Offering | undefined): number {
  return (offering === undefined ? undefined : limit.of(offering)) ?? Number.POSITIVE_INFINITY;
}

function allocatableOfWorker(worker: Worker, situation: Situation) {
  const fromNode = worker.node?.allocatable;
  if (fromNode !== undefined && fromNode.memoryMiB > 0) return fromNode;
  return offeringOfWorker(worker, situation.snapshot.offerings)?.allocatable;
}

function refusalOf(limit: Limit, missing: number): Refusal {
  const has = limit.used === undefined ? 'an unknown amount' : limit.text(limit.used);
  const text = `the fleet has ${has}, ${limit.key} allows ${limit.text(limit.most)}: ${missing} wanted worker(s) would exceed it; raise ${limit.key} or lower what the workloads request`;
  return { what: 'grow', reason: { code: limit.code, text, facts: { most: limit.most, wanted: missing } } };
}
