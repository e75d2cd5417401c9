import type { LaunchIntent } from '../../../model/intent.ts';
import { offeringKey } from '../../../model/offering.ts';
import type { Refusal } from '../../../model/plan.ts';
import type { Pod } from '../../../model/pod.ts';
import type { Reason } from '../../../model/reason.ts';
import { bounded } from '../../launch/bounds.ts';
import { mixOf, rankOfferings } from '../../launch/choice.ts';
import type { Growth } from '../../launch/growth.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Disruption } from '../../state/disruption.ts';
import { fleetLayout, readyAlone } from '../../state/fleet-layout.ts';
import type { Worker } from '../../state/fleet.ts';
import { failedReplacements, isReplacing, replacedNodes } from '../../state/replaced-nodes.ts';
import { packElsewhere } from '../consolidation/pack-elsewhere.ts';
import { inCandidateOrder } from '../rules/candidates.ts';
import { disruptionBlockerOf } from '../rules/disruption-blockers.ts';
import { overloadAfter } from '../rules/projected-load.ts';
import { evictablePods, protectionsFor } from '../rules/protections.ts';
import { type Deviation, deviationsOf } from './deviations.ts';

/** Of many workers that might go, so many are tried in one round. */
const MAX_TRIED = 8;

/**
 * Brings the fleet back to what the policy asks, one worker after another: what is wanted is bought first, and shrinking takes the
 * worker that it replaces once it is ready, by the same proof and under the same budgets as any removal. What cannot be restored is
 * refused, with the reason.
 */
export function planRestore(
  context: DecisionContext,
  growth: Growth,
  round: { readonly isAborting: boolean; readonly repairs: readonly string[] },
): Disruption {
  const deviations = deviationsOf(context);
  if (deviations.length === 0 || isReplacing(context) || replacedNodes(context).size > 0) return NOTHING;
  if (disruptionBlockerOf({ situation: context, growth, purpose: 'replacement', ...round }) !== undefined)
    return NOTHING;
  const unknown = unknownLoad(context);
  if (unknown !== undefined)
    return {
      refusals: deviations.map((deviation) => ({ what: 'grow', reason: unrestored(deviation, unknown) })),
    };
  const candidates = candidatesOf(context);
  const refusals: Refusal[] = [];
  for (const deviation of deviations) {
    const exchange = exchangeFor(deviation, candidates, context);
    if (!('code' in exchange)) return { launches: [exchange], refusals };
    refusals.push({ what: 'grow', reason: exchange });
  }
  return { refusals };
}

const NOTHING: Disruption = {};

/** Nobody is moved by choice while nobody knows how busy the fleet is. */
function unknownLoad(context: DecisionContext): string | undefined {
  const reason = overloadAfter({ leaving: [] }, context);
  return reason === undefined || reason.code === 'load-would-not-fit' ? undefined : reason.text;
}

/** Workers that nothing keeps once another takes their place, in the order in which they may go. */
function candidatesOf(context: DecisionContext): readonly Worker[] {
  const protections = protectionsFor(context);
  const failed = failedReplacements(context);
  return inCandidateOrder(context.fleet.workers, context)
    .filter(({ id, node, condition }) => condition === 'ready' && node !== undefined && !failed.has(id))
    .filter((worker) => protections.ofReplaced(worker) === undefined);
}

/** The launch that brings the fleet nearer to the policy, or why there is none. */
function exchangeFor(
  deviation: Deviation,
  candidates: readonly Worker[],
  context: DecisionContext,
): LaunchIntent | Reason {
  const going = candidates.filter(deviation.mayGo).slice(0, MAX_TRIED);
  if (going.length === 0) return unrestored(deviation, 'every worker that would have to go is protected');
  let why = 'nothing that would have to come can be bought now';
  for (const worker of going) {
    const offerings = offeringsFor(worker, deviation, context);
    if (offerings.length === 0) continue;
    const { nodeRequests, refusals } = bounded(context, [requestFor(worker, deviation, offerings)]);
    const [granted] = nodeRequests;
    if (granted !== undefined) return granted;
    why = refusals[0]?.reason.text ?? why;
  }
  return unrestored(deviation, why);
}

/** What may be bought in the worker's place, the preferred first; each holds its pods, together with the room there is. */
function offeringsFor(
  worker: Worker,
  { mayCome }: Deviation,
  context: DecisionContext,
): readonly LaunchIntent['offerings'][number][] {
  const { snapshot, policy, fleet, costOf, unavailableUntil } = context;
  const staying = mixOf(fleet.workers.filter(({ id }) => id !== worker.id));
  const wanted = snapshot.offerings.filter(
    (offering) => unavailableUntil(offeringKey(offering)) === undefined && mayCome(offering, worker, staying),
  );
  const pods = evictablePods(snapshot.pods).get(worker.id) ?? NOBODY;
  const room = readyAlone(fleetLayout(context), context);
  const lifecycle = wanted[0]?.lifecycle ?? 'on-demand';
  return rankOfferings(wanted, {
    lifecycle,
    mix: staying,
    spreadPercent: policy.spot.spreadPercent,
    costOf: (offering) => costOf(offering)?.totalUsdPerHour,
  })
    .filter((offering) => {
      const bought = packElsewhere(pods, {
        leaving: [worker],
        situation: context,
        buyable: [offering],
        room,
      });
      return bought !== undefined && bought.length <= 1;
    })
    .map(offeringKey);
}

const NOBODY: readonly Pod[] = [];

function requestFor(
  { id, type, lifecycle, zone }: Worker,
  { reason, count }: Deviation,
  offerings: LaunchIntent['offerings'],
): LaunchIntent {
  const what = `${id} (${type ?? 'unknown'} ${lifecycle ?? ''} in ${zone ?? 'an unknown zone'})`;
  const text = `${reason.text}; ${what} is replaced, ${count} to go in all`;
  const reasons: readonly Reason[] = [{ code: 'restore', text, facts: { ...reason.facts, toGo: count } }];
  return { offerings, nominatedPods: [], reasons, startsCooldown: false, consolidates: [id] };
}

function unrestored({ reason }: Deviation, why: string): Reason {
  return { code: 'policy-not-restored', text: `${reason.text}, and that cannot be mended now: ${why}` };
}
