import type { LaunchIntent } from '../../model/intent.ts';
import { offeringKey, parseOfferingKey } from '../../model/offering.ts';
import { CANCELLED } from '../../model/operation.ts';
import type { WarmPoolState } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import { bounded } from '../launch/bounds.ts';
import { mixOf, rankOfferings } from '../launch/choice.ts';
import type { Growth } from '../launch/growth.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import type { Disruption, WantedRemoval } from '../state/disruption.ts';
import { launchesIn, unendedIn } from '../state/operation-lists.ts';
import { poolUsdPerHour } from '../state/pool-cost.ts';
import type { PoolMember } from '../state/pool.ts';
import { countText, secondsText } from '../text/wording.ts';
import { unfitReason } from './fitness.ts';

/** Pause after a failed fill of the pool: failures cost money, and no pod waits for the next fill. */
const FILL_PAUSE_MS = 1_800_000;

/**
 * What the warm pool needs now, one step at a time and only while nothing else is wanted or under way: what is unfit or too much
 * leaves it, then one more machine is bought for it, within `nodes.max` and the budget. `changes`: how much this round does anyway.
 */
export function planPool(context: DecisionContext, growth: Growth, changes: number): Disruption {
  const { fleet, policy } = context;
  if (policy.warmPool === undefined && fleet.pool.length === 0) return NOTHING;
  const isCalm = changes === 0 && !growth.isWanted && growth.waitingPods === 0;
  const step = nextStep(context, isCalm);
  const { launches = [], removals = [], reason } = step;
  return { launches, removals, warmPool: stateOf(context, reason) };
}

const NOTHING: Disruption = {};

interface Step {
  readonly reason: Reason;
  readonly launches?: readonly LaunchIntent[];
  readonly removals?: readonly WantedRemoval[];
}

function nextStep(context: DecisionContext, isCalm: boolean): Step {
  const { fleet, policy, snapshot } = context;
  const size = policy.warmPool?.size ?? 0;
  const staying = fleet.pool.filter(({ state }) => state !== 'leaving');
  const surplus = surplusOf(staying, size, context);
  if (surplus === undefined && staying.length === size) {
    const count = staying.filter(({ state }) => state === 'waiting').length;
    return { reason: { code: 'warm-pool-kept', text: `${count} of ${size} machines wait` } };
  }
  if (snapshot.instances.status === 'unknown')
    return waiting(`EC2 does not answer: ${snapshot.instances.why}`);
  const [open] = unendedIn(snapshot.operations);
  if (open !== undefined) return waiting(`${open.kind} ${open.id} is under way`);
  if (!isCalm) return waiting('the fleet is about to change');
  return surplus === undefined ? fill(context, size) : removalOf(surplus.member, surplus.reason);
}

function waiting(text: string): Step {
  return { reason: { code: 'warm-pool-waits', text } };
}

/** The one that leaves next: the first that is unfit, else, of too many, the one that has waited longest. */
function surplusOf(
  staying: readonly PoolMember[],
  size: number,
  context: DecisionContext,
): { readonly member: PoolMember; readonly reason: Reason } | undefined {
  // What is Ready, or stops just now, may be about to become something else.
  const idle = staying.filter(
    ({ state, instance, node }) =>
      state === 'waiting' && instance?.state === 'stopped' && node?.isReady !== true,
  );
  for (const member of idle) {
    const reason = unfitReason(member, context);
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
function fill(context: DecisionContext, size: number): Step {
  const { fleet, snapshot, unavailableUntil, costOf, policy, nowMs } = context;
  const pausedMs = fillPausedUntilMs(context) - nowMs;
  if (pausedMs > 0) return waiting(`the last fill failed; the next attempt is in ${secondsText(pausedMs)}`);
  const usable = snapshot.offerings.filter(
    (offering) => offering.lifecycle === 'on-demand' && unavailableUntil(offeringKey(offering)) === undefined,
  );
  const have = fleet.pool.flatMap(({ offering }) => parseOfferingKey(offering) ?? []);
  const ranked = rankOfferings(usable, {
    lifecycle: 'on-demand',
    mix: mixOf(have),
    spreadPercent: policy.spot.spreadPercent,
    costOf: (offering) => costOf(offering)?.totalUsdPerHour,
  });
  if (ranked.length === 0) return waiting('no on-demand offering can be bought now');
  const text = `${fleet.pool.length} of ${size} machines wait in the warm pool: one more is made ready`;
  const reason: Reason = { code: 'warm-pool-fill', text, facts: { waiting: fleet.pool.length, size } };
  const nodeRequest: LaunchIntent = {
    offerings: ranked.map(offeringKey),
    nominatedPods: [],
    reasons: [reason],
    startsCooldown: false,
    forPool: true,
  };
  const { nodeRequests, refusals } = bounded(context, [nodeRequest]);
  const [refusal] = refusals;
  return refusal === undefined ? { reason, launches: nodeRequests } : waiting(refusal.reason.text);
}

function fillPausedUntilMs({ snapshot, nowMs }: DecisionContext): number {
  const failed = launchesIn(snapshot.operations)
    .filter((launch) => launch.forPool === true && launch.step === 'failed')
    .filter((launch) => launch.outcome?.code !== CANCELLED)
    .map((launch) => Math.min(launch.endedAtMs ?? nowMs, nowMs));
  return Math.max(...failed, Number.NEGATIVE_INFINITY) + FILL_PAUSE_MS;
}

function stateOf(context: DecisionContext, reason: Reason): WarmPoolState {
  const { fleet, policy } = context;
  const count = (state: PoolMember['state']) => fleet.pool.filter((one) => one.state === state).length;
  const costUsdPerHour = poolUsdPerHour(context);
  return {
    size: policy.warmPool?.size ?? 0,
    waiting: count('waiting'),
    filling: count('filling'),
    leaving: count('leaving'),
    ...(costUsdPerHour !== undefined && { costUsdPerHour }),
    reason,
  };
}
