import { type Offering, offeringKey } from '../model/offering.ts';
import type { Refusal } from '../model/plan.ts';
import { type Pod, podRef } from '../model/pod.ts';
import { fitsInto, type Resources, subtractResources } from '../model/resources.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { buyableNode } from './model.ts';
import { barrier, type PlacementBarrier } from './rules.ts';

const WORDS: Record<PlacementBarrier, string> = {
  'node-selector': 'its node selector or node affinity asks for labels that no worker has',
  taint: 'it does not tolerate the taints of workers',
  volume: 'its volume lies in a zone or on a node that no offering can be in',
  'host-port': 'its host port is taken by a DaemonSet on every worker',
};

/** An empty node of an offering, and what keeps the pod off it. */
interface Trial {
  readonly offering: Offering;
  readonly free: Resources;
  readonly why: PlacementBarrier | 'resources' | undefined;
}

/**
 * Why no node that could be bought would ever hold the pod, with the nearest offering and what is missing (F15);
 * `undefined` when one would, so that waiting makes sense.
 */
export function unschedulableReason(
  pod: Pod,
  { offerings, daemons }: Pick<Snapshot, 'offerings' | 'daemons'>,
): Refusal | undefined {
  if (offerings.length === 0) return undefined;
  const tries = offerings.map((offering) => tryOffering(pod, offering, daemons));
  if (tries.some((trial) => trial.why === undefined)) return undefined;
  const small = tries.filter((trial) => trial.why === 'resources');
  const [first] = tries;
  if (small.length === 0 && first?.why !== undefined && first.why !== 'resources') {
    return refusal(pod, `pod ${podRef(pod)} fits no offering: ${WORDS[first.why]}`);
  }
  const nearest = small.reduce((a, b) => (shortfall(pod, b.free) < shortfall(pod, a.free) ? b : a));
  return refusal(pod, missingText(pod, nearest.offering, nearest.free));
}

/** Whether an empty node of one of these offerings would hold the pod, other pods' places aside. */
export function fitsAny(pod: Pod, offerings: readonly Offering[], daemons: Snapshot['daemons']): boolean {
  return offerings.some((offering) => tryOffering(pod, offering, daemons).why === undefined);
}

/** What the pod itself asks of a node comes first: a larger node would not help where it may not go. */
function tryOffering(pod: Pod, offering: Offering, daemons: Snapshot['daemons']): Trial {
  const { place, free } = buyableNode(offering, daemons, 0);
  const why = barrier(pod, place) ?? (fitsInto(pod.requests, free) ? undefined : 'resources');
  return { offering, free, why };
}

/** The refusal for a pod that fits only on offerings that are unavailable or not allowed now. */
export function unavailableRefusal(pod: Pod): Refusal {
  const text = `pod ${podRef(pod)} fits only offerings that cannot be bought now`;
  return { what: 'pod', subject: podRef(pod), reason: { code: 'pod-offerings-resting', text } };
}

/** The refusal for a pod that a node was bought for which did not take it, with what the scheduler says of that. */
export function vainPurchaseRefusal(
  pod: Pod,
  {
    count,
    nodeName,
    untilMs,
  }: { readonly count: number; readonly nodeName: string; readonly untilMs: number },
): Refusal {
  const nodes = count === 1 ? `node ${nodeName} was` : `${count} nodes, ${nodeName} the latest, were`;
  const says = pod.schedulerMessage === undefined ? '' : `; the scheduler says: ${pod.schedulerMessage}`;
  const text = `pod ${podRef(pod)} waits, and ${nodes} bought for pods like it and took none: no other is bought for now${says}`;
  const facts = { node: nodeName, count, untilMs };
  return { what: 'pod', subject: podRef(pod), reason: { code: 'pod-bought-in-vain', text, facts } };
}

/** Words for a pod that fits an offering by itself and yet nowhere now because of other pods. */
export function unplacedRefusal(pod: Pod): Refusal {
  const text = `pod ${podRef(pod)} fits no node and no offering now: affinity, anti-affinity or topology spread forbid each place`;
  return { what: 'pod', subject: podRef(pod), reason: { code: 'pod-unplaceable', text } };
}

function refusal(pod: Pod, text: string): Refusal {
  return { what: 'pod', subject: podRef(pod), reason: { code: 'pod-never-fits', text } };
}

function shortfall(pod: Pod, free: Resources): number {
  const missing = subtractResources(pod.requests, free);
  const parts = [
    missing.cpuMillis / Math.max(1, pod.requests.cpuMillis),
    missing.memoryMiB / Math.max(1, pod.requests.memoryMiB),
    ...Object.values(missing.extended ?? {}).map((amount) => Math.sign(amount)),
  ];
  return parts.reduce((sum, part) => sum + Math.max(0, part), 0);
}

function missingText(pod: Pod, offering: Offering, free: Resources): string {
  const missing = subtractResources(pod.requests, free);
  const parts = [
    missing.cpuMillis > 0 ? `${missing.cpuMillis}m CPU` : '',
    missing.memoryMiB > 0 ? `${missing.memoryMiB} MiB memory` : '',
    missing.pods > 0 ? `${missing.pods} pod slot(s)` : '',
    ...Object.entries(missing.extended ?? {}).map(([name, amount]) =>
      amount > 0 ? `${amount} ${name}` : '',
    ),
  ].filter((part) => part !== '');
  return `pod ${podRef(pod)} fits no offering: the nearest, ${offeringKey(offering)}, lacks ${parts.join(', ')}`;
}
