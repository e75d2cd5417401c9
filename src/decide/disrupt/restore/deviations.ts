import { memoizeByIdentity } from '../../../model/memoize-by-identity.ts';
import type { Lifecycle, Offering } from '../../../model/offering.ts';
import { hasEnded, type Operation } from '../../../model/operation.ts';
import type { Reason } from '../../../model/reason.ts';
import { type FleetMix, mixOf, nextLifecycle, spotTarget } from '../../launch/choice.ts';
import { zonesBelowMinimum } from '../../launch/demands/zone-floor.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Worker } from '../../state/fleet.ts';
import { countText } from '../../text/wording.ts';
import { isOutside } from '../rules/candidates.ts';
import { earningWorkers } from '../rules/earning-workers.ts';

/** What is off by one is left to growth and shrinking, unless nothing was launched or removed for so long. */
const CALM_MS = 1_800_000;

/** Spot workers that are asked whether they earn their keep: of one type they all do, or none. */
const MAX_ASKED = 8;

/** Something that the policy asks of the fleet and that it is not, and which exchange of workers brings it nearer. */
export interface Deviation {
  readonly reason: Reason;
  /** How many workers have to be exchanged for it in all. */
  readonly count: number;
  /** Whether it helps when this worker goes. */
  readonly mayGo: (worker: Worker) => boolean;
  /** Whether it helps when this is bought in the worker's place; `staying`: the others. */
  readonly mayCome: (offering: Offering, worker: Worker, staying: FleetMix) => boolean;
}

/** What the fleet is not as the policy asks, what weighs most first. */
export function deviationsOf(context: DecisionContext): readonly Deviation[] {
  const mix = mixOf(context.fleet.workers);
  if (mix.total === 0) return [];
  return [
    ...outsidePolicy(context),
    ...lifecyclesOff(context, mix),
    ...zonesMissing(context, mix),
    ...zonesUneven(context, mix),
  ];
}

function outsidePolicy({ policy, fleet }: DecisionContext): readonly Deviation[] {
  const isWrong = (worker: Worker) => isOutside(worker, policy.instances);
  const count = fleet.workers.filter(isWrong).length;
  if (count === 0) return [];
  const text = `${count} of ${countText(fleet.workers.length, 'worker')} have a type or a zone that the policy does not name`;
  const reason: Reason = { code: 'outside-policy', text, facts: { count, workers: fleet.workers.length } };
  const mayCome: Deviation['mayCome'] = ({ lifecycle }, _worker, staying) =>
    lifecycle === nextLifecycle(staying, policy.spot);
  return [{ reason, count, mayGo: isWrong, mayCome }];
}

/**
 * Fewer spot workers than the share, or too many. A share is met within one worker, since the next growth or removal evens it; the
 * on-demand base, and a policy without spot, to the last one. Spot workers that stay for the credits they save are beside the share:
 * on-demand ones in their place would be unneeded at once.
 */
function lifecyclesOff(context: DecisionContext, { total, spot }: FleetMix): readonly Deviation[] {
  const { percent, onDemandBase } = context.policy.spot;
  const wanted = spotTarget(total, context.policy.spot);
  const count = Math.abs(spot - wanted);
  const isPlain = percent === 0 || total - spot < Math.min(onDemandBase, total);
  if (count === 0 || (count === 1 && !(isPlain && isCalm(context)))) return [];
  const surplus: Lifecycle = spot > wanted ? 'spot' : 'on-demand';
  if (surplus === 'spot' && !isPlain && spotEarnsItsKeep(context)) return [];
  const text = `${spot} of ${countText(total, 'worker')} are spot, ${wanted} are wanted: ${percent} % of those above the first ${onDemandBase}`;
  const reason: Reason = { code: 'spot-share-off', text, facts: { spot, wanted, workers: total } };
  return [
    {
      reason,
      count,
      mayGo: ({ lifecycle }) => lifecycle === surplus,
      mayCome: ({ lifecycle }) => lifecycle !== surplus,
    },
  ];
}

function spotEarnsItsKeep(context: DecisionContext): boolean {
  const earning = earningWorkers(context);
  return context.fleet.workers
    .filter(({ lifecycle, condition }) => lifecycle === 'spot' && condition === 'ready')
    .slice(0, MAX_ASKED)
    .some((worker) => earning(worker, NOBODY) !== undefined);
}

const NOBODY: readonly Worker[] = [];

/** Where there is room the zone is filled by growth; at the maximum only an exchange helps. */
function zonesMissing({ policy }: DecisionContext, mix: FleetMix): readonly Deviation[] {
  const missing = zonesBelowMinimum(policy, mix);
  const [first] = missing;
  if (first === undefined) return [];
  const { minPerZone } = policy.nodes;
  return [
    {
      reason: first.reason,
      count: missing.length,
      mayGo: ({ zone }) => zone === undefined || (mix.byZone.get(zone) ?? 0) > minPerZone,
      mayCome: isLike(({ zone }) => zone === first.zone),
    },
  ];
}

function zonesUneven(context: DecisionContext, mix: FleetMix): readonly Deviation[] {
  const counts = context.policy.instances.zones.map((zone) => ({ zone, have: mix.byZone.get(zone) ?? 0 }));
  const most = counts.reduce((a, b) => (b.have > a.have ? b : a));
  const least = counts.reduce((a, b) => (b.have < a.have ? b : a));
  if (most.have - least.have < 2 || !isCalm(context)) return [];
  const text = `${most.have} workers are in ${most.zone} and ${least.have} in ${least.zone}`;
  const facts = { most: most.have, least: least.have };
  return [
    {
      reason: { code: 'zones-uneven', text, facts },
      count: Math.floor((most.have - least.have) / 2),
      mayGo: ({ zone }) => zone === most.zone,
      mayCome: isLike(({ zone }) => zone === least.zone),
    },
  ];
}

/** Bought as what goes is, so that mending one thing breaks no other. */
function isLike(isPlace: (offering: Offering) => boolean): Deviation['mayCome'] {
  return (offering, worker) => isPlace(offering) && offering.lifecycle === (worker.lifecycle ?? 'on-demand');
}

function isCalm({ snapshot, nowMs }: DecisionContext): boolean {
  return nowMs - Math.min(lastChangeMs(snapshot.operations), nowMs) >= CALM_MS;
}

/** When the fleet was last changed; what is under way changes it now. */
const lastChangeMs = memoizeByIdentity((operations: readonly Operation[]): number => {
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const operation of operations) {
    const endMs = hasEnded(operation)
      ? (operation.endedAtMs ?? operation.createdAtMs)
      : Number.POSITIVE_INFINITY;
    lastMs = Math.max(lastMs, endMs);
  }
  return lastMs;
});
