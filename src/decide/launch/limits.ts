import type { LaunchIntent } from '../../model/intent.ts';
import type { Offering, OfferingKey } from '../../model/offering.ts';
import { offeringKey } from '../../model/offering.ts';
import type { Refusal } from '../../model/plan.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import type { Worker } from '../state/fleet.ts';
import { offeringOfWorker } from '../state/offering-of-worker.ts';
import { poolUsdPerHour } from '../state/pool-cost.ts';
import { fixedCostOf, fixedCostOfWorker, sumKnown } from '../state/worker-cost.ts';

export interface Limited {
  readonly nodeRequests: readonly LaunchIntent[];
  readonly refusals: readonly Refusal[];
}

/** One quantity that the whole fleet may have no more than so much of. */
interface Limit {
  readonly code: 'budget' | 'cpu-limit' | 'memory-limit';
  readonly key: string;
  readonly max: number;
  readonly text: (amount: number) => string;
  /** What the fleet has of it, those leaving included; `undefined` when that is not known. */
  readonly used: number | undefined;
  /** What one more worker of the offering adds; `undefined` when not known. */
  readonly of: (offering: Offering) => number | undefined;
}

/**
 * Reduces node requests to what the budget and the resource limits allow. Each request keeps only the offerings with which the
 * fleet stays within all limits; a request without any is refused. An unknown amount counts as a reached limit. Below `nodes.min`
 * the budget does not count (R131), only the limits of CPU and memory do.
 */
export function limited(context: DecisionContext, nodeRequests: readonly LaunchIntent[]): Limited {
  const limits = limitsOf(context);
  if (limits.length === 0 || nodeRequests.length === 0) return { nodeRequests, refusals: [] };
  const byKey = new Map(context.snapshot.offerings.map((offering) => [offeringKey(offering), offering]));
  const added = new Map<Limit, number>();
  const granted: LaunchIntent[] = [];
  let reached: Limit | undefined;
  for (const nodeRequest of nodeRequests) {
    const isMinimum = context.fleet.workers.length + granted.length < context.policy.nodes.min;
    const counting = isMinimum ? limits.filter(({ code }) => code !== 'budget') : limits;
    const isAllowed = (key: OfferingKey) => {
      const offering = byKey.get(key);
      const broken = counting.find((limit) => !isWithin(limit, offering, added.get(limit) ?? 0));
      reached ??= broken;
      return broken === undefined;
    };
    const offerings = nodeRequest.offerings.filter(isAllowed);
    if (offerings.length === 0) continue;
    granted.push({ ...nodeRequest, offerings });
    for (const limit of limits) {
      const max = Math.max(...offerings.map((key) => amountOf(limit, byKey.get(key))));
      added.set(limit, (added.get(limit) ?? 0) + max);
    }
  }
  const missing = nodeRequests.length - granted.length;
  if (missing === 0 || reached === undefined) return { nodeRequests: granted, refusals: [] };
  return { nodeRequests: granted, refusals: [refusalOf(reached, missing)] };
}

function limitsOf(context: DecisionContext): readonly Limit[] {
  const { maxUsdPerHour } = context.policy.cost;
  const { maxCpuMillis, maxMemoryMiB } = context.policy.nodes;
  const { workers, leaving } = context.fleet;
  const all = [...workers, ...leaving];
  const limits: Limit[] = [];
  if (maxUsdPerHour !== undefined) {
    limits.push({
      code: 'budget',
      key: 'cost.maxUsdPerHour',
      max: maxUsdPerHour,
      text: (amount) => `${amount.toFixed(4)} USD per hour`,
      used: sumKnown([...all.map((worker) => fixedCostOfWorker(worker, context)), poolUsdPerHour(context)]),
      of: (offering) => fixedCostOf(offering, context),
    });
  }
  const resources = [
    ['cpu-limit', 'nodes.maxCpuMillis', maxCpuMillis, 'cpuMillis', 'm of CPU'],
    ['memory-limit', 'nodes.maxMemoryMiB', maxMemoryMiB, 'memoryMiB', 'MiB of memory'],
  ] as const;
  for (const [code, key, max, resource, unit] of resources) {
    if (max === undefined) continue;
    limits.push({
      code,
      key,
      max,
      text: (amount) => `${Math.round(amount)} ${unit}`,
      used: sumKnown(all.map((worker) => allocatableOfWorker(worker, context)?.[resource])),
      of: (offering) => offering.allocatable[resource],
    });
  }
  return limits;
}

function isWithin(limit: Limit, offering: Offering | undefined, added: number): boolean {
  if (limit.used === undefined) return false;
  return limit.used + added + amountOf(limit, offering) <= limit.max + 1e-9;
}

function amountOf(limit: Limit, offering: Offering | undefined): number {
  return (offering === undefined ? undefined : limit.of(offering)) ?? Number.POSITIVE_INFINITY;
}

function allocatableOfWorker(worker: Worker, context: DecisionContext) {
  const fromNode = worker.node?.allocatable;
  if (fromNode !== undefined && fromNode.memoryMiB > 0) return fromNode;
  return offeringOfWorker(worker, context.snapshot.offerings)?.allocatable;
}

function refusalOf(limit: Limit, missing: number): Refusal {
  const has = limit.used === undefined ? 'an unknown amount' : limit.text(limit.used);
  const text = `the fleet has ${has}, ${limit.key} allows ${limit.text(limit.max)}: ${missing} wanted worker(s) would exceed it; raise ${limit.key} or lower what the workloads request`;
  return { what: 'grow', reason: { code: limit.code, text, facts: { most: limit.max, wanted: missing } } };
}
