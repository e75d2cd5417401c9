import type { LaunchIntent } from '../../model/intent.ts';
import { offeringKey, parseOfferingKey } from '../../model/offering.ts';
import { CALLED_OFF } from '../../model/operation.ts';
import type { WarmPoolState } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import { bounded } from '../launch/bounds.ts';
import { mixOf, rankOfferings } from '../launch/choice.ts';
import type { Growth } from '../launch/growth.ts';
import type { Disruption, WantedRemoval } from '../state/disruption.ts';
import { launchesIn, unendedIn } from '../state/operation-lists.ts';
import { poolUsdPerHour } from '../state/pool-cost.ts';
import type { PoolMember } from '../state/pool.ts';
import type { Situation } from '../state/situation.ts';
import { countText, secondsText } from '../text/wording.ts';
import { unfitness } from './fitness.ts';

/** After a machine that did not make it into the pool: what failed costs money, and nobody waits for the next. */
const FILL_PAUSE_MS = 1_800_000;

/**
 * What the warm pool needs now, one step at a time and only while nothing else is wanted or under way: what is unfit or too much
 * leaves it, then one more machine is bought for it, within `nodes.max` and the budget. `changes`: how much this round does anyway.
 */
export function planPool(situation: Situation, growth: Growth, changes: number): Disruption {
  const { fleet, policy } = situation;
  if (policy.warmPool === undefined && fleet.pool.length === 0) return NOTHING;
  const isCalm = changes === 0 && !growth.isWanted && growth.waitingPods === 0;
  const step = nextStep(situation, isCalm);
  const { launches = [], removals = [], reason } = step;
  return { launches, removals, warmPool: stateOf(situation, reason) };
}

const NOTHING: Disruption = {};

interface Step {
  readonly reason: Reason;
  readonly launches?: readonly LaunchIntent[];
  readonly removals?: readonly WantedRemoval[];
}

function nextStep(situation: Situation, isCalm: boolean): Step {
  const { fleet, policy, snapshot } = situation;
  const size = policy.warmPool?.size ?? 0;
  const staying = fleet.pool.filter(({ state }) => state !== 'leaving');
  const surplus = surplusOf(staying, size, situation);
  if (surplus === undefined && staying.length === size) {
    const count = staying.filter(({ state }) => state === 'waiting').length;
    return { reason: { code: 'warm-pool-kept', text: `${count} of ${size} machines wait` } };
  }
  if (snapshot.instances.status === 'unknown') return waits(`EC2 does not answer: ${snapshot.instances.why}`);
  const [open] = unendedIn(snapshot.operations);
  if (open !== undefined) return waits(`${open.kind} ${open.id} is under way`);
  if (!isCalm) return waits('the fleet is about to change');
  return surplus === undefined ? fill(situation, size) : removalOf(surplus.member, surplus.reason);
}

function waits(text: string): Step {
  return { reason: { code: 'warm-pool-waits', text } };
}

/** The one that leaves next: the first that is unfit, else, of too many, the one that has waited longest. */
function surplusOf(
  staying: readonly PoolMember[],
  size: number,
  situation: Situation,
): { readonly member: PoolMember; readonly reason: Reason } | undefined {
  // What is Ready, or stops just now, may be about to become something else.
  const idle = staying.filter(
    ({ state, instance, node }) =>
      state === 'waiting' && instance?.state === 'stopped' && node?.isReady !== true,
  );
  for (const member of idle) {
    const reason = unfitness(member, situation);
    if (reason !== undefined) return { member, reason };
  }
  const since = ({ instance }: PoolMember) => instance?.launchedAtMs ?? 0;
  const [oldest] = idle.toSorted((a, b) => since(a) - since(b));
  if (oldest === undefined || staying.length <= size) return undefined;
  const text = `${countText(staying.length, 'machine')} wait in the warm pool, the policy keeps ${size}`;
  return { member: oldest, reason: { code: 'warm-pool-surplus', text } };
}

function removalOf({ id, node }: PoolMember, reason: Reason): Step {
  const removal = { nodeName: node?.name ?? id, instanceId: id, reasons: [reason] };
  return { reason, removals: [{ ...removal, isRepair: true, fromPool: true }] };
}

/** One more: the cheapest on-demand offering of the zone with the fewest that wait. */
function fill(situation: Situation, size: number): Step {
  const { fleet, snapshot, restOf, costOf, policy, nowMs } = situation;
  const pausedMs = fillPausedUntilMs(situation) - nowMs;
  if (pausedMs > 0)
    return waits(`the last machine did not make it; the next try is in ${secondsText(pausedMs)}`);
  const usable = snapshot.offerings.filter(
    (offering) => offering.lifecycle === 'on-demand' && restOf(offeringKey(offering)) === undefined,
  );
  const have = fleet.pool.flatMap(({ offering }) => parseOfferingKey(offering) ?? []);
  const ranked = rankOfferings(usable, {
    lifecycle: 'on-demand',
    mix: mixOf(have),
    spreadPercent: policy.spot.spreadPercent,
    costOf: (offering) => costOf(offering)?.totalUsdPerHour,
  });
  if (ranked.length === 0) return waits('no on-demand offering can be bought now');
  const text = `${fleet.pool.length} of ${size} machines wait in the warm pool: one more is made ready`;
  const reason: Reason = { code: 'warm-pool-fill', text, facts: { waiting: fleet.pool.length, size } };
  const wish: LaunchIntent = {
    offerings: ranked.map(offeringKey),
    nominatedPods: [],
    reasons: [reason],
    startsCooldown: false,
    forPool: true,
  };
  const { wishes, refusals } = bounded(situation, [wish]);
  const [refusal] = refusals;
  return refusal === undefined ? { reason, launches: wishes } : waits(refusal.reason.text);
}

function fillPausedUntilMs({ snapshot, nowMs }: Situation): number {
  const failed = launchesIn(snapshot.operations)
    .filter((launch) => launch.forPool === true && launch.step === 'failed')
    .filter((launch) => launch.outcome?.code !== CALLED_OFF)
    .map((launch) => Math.min(launch.endedAtMs ?? nowMs, nowMs));
  return Math.max(...failed, Number.NEGATIVE_INFINITY) + FILL_PAUSE_MS;
}

function stateOf(situation: Situation, reason: Reason): WarmPoolState {
  const { fleet, policy } = situation;
  const count = (state: PoolMember['state']) => fleet.pool.filter((one) => one.state === state).length;
  const costUsdPerHour = poolUsdPerHour(situation);
  return {
    size: policy.warmPool?.size ?? 0,
    waiting: count('waiting'),
    filling: count('filling'),
    leaving: count('leaving'),
    ...(costUsdPerHour !== undefined && { costUsdPerHour }),
    reason,
  };
}
