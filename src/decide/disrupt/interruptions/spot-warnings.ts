import {
  type Interruption,
  isImminent,
  SPOT_DRAIN_MS,
  SPOT_GRACE_SECONDS,
  SPOT_NOTICE_MS,
} from '../../../model/interruption.ts';
import { memoizeByIdentity } from '../../../model/memoize-by-identity.ts';
import { isAdmitted, type Node } from '../../../model/node.ts';
import { offeringKey } from '../../../model/offering.ts';
import { hasEnded, type Operation, type RemoveOperation } from '../../../model/operation.ts';
import type { AbortLaunchAction, ExpediteRemovalAction } from '../../../model/plan.ts';
import type { Reason } from '../../../model/reason.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Disruption, WantedRemoval } from '../../state/disruption.ts';
import { inFlightIn } from '../../state/operation-lists.ts';
import { type ReplacementRequest, replacementOf, replacementRequest } from '../../state/replacement.ts';
import { secondsText } from '../../text/wording.ts';
import { neededReplacements } from './replacement-need.ts';

const SPOT_WARNING = 'spot-warning';
/** How long after the end of such a removal its replacement is still bought, where the maximum had no room before. */
const REPLACEMENT_WINDOW_MS = 120_000;

/**
 * What follows from spot warnings, for all of them at once (F62-F65). Each node is drained within the notice, whatever protects
 * its pods, since they go with the machine anyway; a drain under way gets the shorter time; and a replacement is launched
 * beside it where what stays does not do, unless the node was about to go in any case. A machine that a person started holds no pods and is left alone (F46).
 */
export function reactToSpotWarnings(context: DecisionContext): Disruption {
  const { snapshot, nowMs } = context;
  const removals: WantedRemoval[] = [];
  const expedited: ExpediteRemovalAction[] = [];
  const calledOff: AbortLaunchAction[] = [];
  const imminent = snapshot.interruptions.filter((interruption) => isImminent(interruption, nowMs));
  for (const interruption of imminent) {
    const { instanceId } = interruption;
    const reason = reasonOf(interruption, context);
    const removal = removalOf(instanceId, context);
    const node = snapshot.nodes.find((n) => n.instanceId === instanceId && !n.isControlPlane);
    if (removal !== undefined) {
      if (canBeExpedited(removal)) expedited.push(expedite(removal, interruption, reason));
    } else if (node !== undefined && !isPerhapsByHand(node, context)) {
      const times = timesOf(interruption);
      removals.push({ nodeName: node.name, instanceId, reasons: [reason], ...times, ...poolOf(node) });
    } else {
      const launch = inFlightIn(snapshot.operations).find((o) => o.instanceId === instanceId);
      if (launch !== undefined)
        calledOff.push({ kind: 'abort-launch', operationId: launch.id, reasons: [reason] });
    }
  }
  return { removals, expedited, calledOff, replacements: replacementsOf(context, removals) };
}

function poolOf({ type, zone, lifecycle }: Node): Pick<WantedRemoval, 'reclaimed'> {
  if (type === undefined || zone === undefined || lifecycle === undefined) return {};
  return { reclaimed: offeringKey({ type, zone, lifecycle }) };
}

/** Whether nothing of ours admits the node, so that it holds no pods; without a word of EC2 it might be a launch's as well. */
function isPerhapsByHand(node: Node, { fleet }: DecisionContext): boolean {
  const worker = [...fleet.workers, ...fleet.uncounted].find(({ id }) => id === node.name);
  if (worker === undefined || worker.launch !== undefined || isAdmitted(node)) return false;
  return worker.instance?.operationId === undefined;
}

/** For nodes that go by a warning now, and for those that the ledger says went by one a moment ago. */
function replacementsOf(context: DecisionContext, removals: readonly WantedRemoval[]): ReplacementRequest[] {
  const { snapshot, nowMs } = context;
  const recent = warnedIn(snapshot.operations)
    .filter((o) => o.step !== 'aborted' && nowMs - (o.endedAtMs ?? nowMs) < REPLACEMENT_WINDOW_MS)
    // A removal that was only expedited was planned before the warning.
    .filter((o) => o.reasons[0]?.code === SPOT_WARNING);
  const ids = new Set([...removals, ...recent].map(({ instanceId }) => instanceId));
  const open = [...ids].filter((instanceId) => replacementOf(instanceId, snapshot) === undefined).sort();
  return neededReplacements(open, context).map((instanceId) =>
    replacementRequest({ instanceId, interruption: 'spot-warning' }, snapshot, 'EC2 takes it back'),
  );
}

const warnedIn = memoizeByIdentity((operations: readonly Operation[]) =>
  operations.filter((o): o is RemoveOperation => o.kind === 'remove' && o.interruption === 'spot-warning'),
);

function removalOf(instanceId: string, { snapshot }: DecisionContext): RemoveOperation | undefined {
  return snapshot.operations.find(
    (o): o is RemoveOperation => o.kind === 'remove' && o.instanceId === instanceId && !hasEnded(o),
  );
}

function canBeExpedited({ interruption, isRepair, step }: RemoveOperation): boolean {
  return interruption !== 'spot-warning' && isRepair !== true && step !== 'terminating';
}

function expedite(
  removal: RemoveOperation,
  interruption: Interruption,
  reason: Reason,
): ExpediteRemovalAction {
  const { deadlineMs } = timesOf(interruption);
  return {
    kind: 'expedite-removal',
    operationId: removal.id,
    nodeName: removal.nodeName,
    reasons: [reason],
    deadlineMs,
    graceLimitSeconds: Math.min(SPOT_GRACE_SECONDS, removal.graceLimitSeconds),
  };
}

function timesOf({ atMs, effectiveAtMs = atMs + SPOT_NOTICE_MS }: Interruption) {
  return {
    deadlineMs: effectiveAtMs - (SPOT_NOTICE_MS - SPOT_DRAIN_MS),
    graceLimitSeconds: SPOT_GRACE_SECONDS,
    interruption: 'spot-warning',
  } as const;
}

function reasonOf({ instanceId, atMs, effectiveAtMs }: Interruption, { nowMs }: DecisionContext): Reason {
  const leftMs = (effectiveAtMs ?? atMs + SPOT_NOTICE_MS) - nowMs;
  const when = leftMs > 0 ? `in ${secondsText(leftMs)}` : 'now';
  const text = `EC2 takes spot instance ${instanceId} back ${when}: its node is drained and replaced`;
  return { code: SPOT_WARNING, text, facts: { instanceId, leftSeconds: Math.round(leftMs / 1000) } };
}
