import { type CreditGroup, fleetSurplusUsdPerHour } from '../../model/fleet-surplus.ts';
import { creditModeOf } from '../../model/instance-bill.ts';
import type { Offering } from '../../model/offering.ts';
import type { DecisionContext } from './decision-context.ts';
import type { Worker } from './fleet.ts';
import { offeringOfWorker } from './offering-of-worker.ts';

const MILLIS_PER_VCPU = 1_000;

/** Another fleet for the same load: these workers less, those more. */
export interface FleetChange {
  readonly without?: readonly Worker[];
  readonly others?: readonly Offering[];
}

/** What the fleet's CPU load costs in surplus credits. */
export interface SurplusCredits {
  /** What another fleet would pay for surplus credits an hour, at the lowest and at the highest load of the window; USD. */
  usdPerHour(change: FleetChange): { readonly atLowest: number; readonly atHighest: number };
}

/**
 * The fleet's surplus credits over the load of the last `downWindowSeconds`; `undefined` where the load is not known of all workers for
 * all of that time. Balances are not looked at: what a worker has saved up is spent within a day.
 */
export function surplusCredits(context: DecisionContext): SurplusCredits | undefined {
  const load = loadOf(context);
  if (load === undefined) return undefined;
  const { workers } = context.fleet;
  const memberOf = memberships(context);
  const ready = workers.filter(({ condition }) => condition === 'ready');
  const vcpus = ready.reduce((sum, worker) => sum + memberOf(worker).vcpus, 0);
  const counts = new Map<CreditMember, number>();
  for (const worker of workers) add(counts, memberOf(worker), 1);
  return {
    usdPerHour({ without = [], others = [] }) {
      const changed = new Map(counts);
      for (const worker of without) add(changed, memberOf(worker), -1);
      for (const offering of others) add(changed, memberOfOffering(offering, context), 1);
      const groups = Array.from(changed, ([member, count]) => ({ ...member, count }));
      const at = (percent: number) => fleetSurplusUsdPerHour(groups, (percent / 100) * vcpus);
      return {
        get atLowest() {
          return at(load.lowest);
        },
        get atHighest() {
          return at(load.highest);
        },
      };
    },
  };
}

type CreditMember = Omit<CreditGroup, 'count'>;

function add(counts: Map<CreditMember, number>, member: CreditMember, by: number): void {
  counts.set(member, (counts.get(member) ?? 0) + by);
}

/** Answers what a worker is to the bill: the same object for all that are alike. */
function memberships(context: DecisionContext): (worker: Worker) => CreditMember {
  const known = new Map<string, CreditMember>();
  return (worker) => {
    const key = `${worker.type ?? worker.id}/${worker.lifecycle ?? ''}`;
    const member = known.get(key) ?? memberOfWorker(worker, context);
    known.set(key, member);
    return member;
  };
}

function memberOfWorker(worker: Worker, context: DecisionContext): CreditMember {
  const offering = offeringOfWorker(worker, context.snapshot.offerings);
  if (offering !== undefined) return memberOfOffering(offering, context);
  const cpuMillis = worker.node?.allocatable.cpuMillis ?? 0;
  return { vcpus: cpuMillis / MILLIS_PER_VCPU, creditMode: 'standard' };
}

function memberOfOffering(offering: Offering, { policy }: DecisionContext): CreditMember {
  const { burst, lifecycle, allocatable } = offering;
  const vcpus = burst?.vcpus ?? allocatable.cpuMillis / MILLIS_PER_VCPU;
  return { vcpus, burst, creditMode: creditModeOf(policy.cost, lifecycle) };
}

/** The lowest and the highest CPU load within the window, in percent of all ready workers. */
function loadOf({
  snapshot,
  policy,
  nowMs,
}: DecisionContext): { readonly lowest: number; readonly highest: number } | undefined {
  const { cpuPercent } = snapshot.utilization;
  const { downWindowSeconds, minCoveragePercent, enabled } = policy.utilization;
  if (!enabled || cpuPercent.status !== 'known' || cpuPercent.coverage * 100 < minCoveragePercent)
    return undefined;
  const windowMs = downWindowSeconds * 1_000;
  const values = cpuPercent.samples
    .filter(({ atMs, value }) => atMs > nowMs - windowMs && Number.isFinite(value))
    .map(({ value }) => value);
  const expected = Math.max(1, Math.floor(windowMs / cpuPercent.stepMs));
  if ((100 * values.length) / expected < minCoveragePercent) return undefined;
  return { lowest: Math.min(...values), highest: Math.max(...values) };
}
