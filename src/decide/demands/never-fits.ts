import { type Offering, offeringKey } from '../../model/offering.ts';
import type { Refusal } from '../../model/plan.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import { type Resources, subtractResources } from '../../model/resources.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { type Misfit, staticMisfit } from '../packing/fits.ts';
import { binOfOffering } from '../packing/fleet-board.ts';
import type { Situation } from '../situation.ts';

const WORDS: Record<Exclude<Misfit, 'resources' | 'closed'>, string> = {
  'node-selector': 'its node selector or node affinity asks for labels that no worker has',
  taint: 'it does not tolerate the taints of workers',
  volume: 'its volume lies in a zone or on a node that no offering can be in',
  'host-port': 'its host port is taken',
  'anti-affinity': 'its anti-affinity, or that of other pods, allows no node',
  affinity: 'its affinity asks for pods that run nowhere',
  spread: 'its topology spread allows no node',
};

/**
 * Why no node that could be bought would ever hold the pod, with the nearest offering and what is missing (F15);
 * `undefined` when one would, so that waiting makes sense.
 */
export function neverFits(
  pod: Pod,
  { offerings, daemons }: Pick<Snapshot, 'offerings' | 'daemons'>,
): Refusal | undefined {
  if (offerings.length === 0) return undefined;
  const tries = offerings.map((offering) => {
    const bin = binOfOffering('candidate', offering, daemons);
    return { offering, free: bin.free, why: staticMisfit(pod, bin) };
  });
  if (tries.some((trial) => trial.why === undefined)) return undefined;
  const other = tries.find((trial) => trial.why !== 'resources');
  const why = other?.why;
  if (why !== undefined && why !== 'resources' && why !== 'closed') {
    return refusal(pod, `pod ${podRef(pod)} fits no offering: ${WORDS[why]}`);
  }
  const nearest = tries.reduce((a, b) => (shortfall(pod, b.free) < shortfall(pod, a.free) ? b : a));
  return refusal(pod, missingText(pod, nearest.offering, nearest.free));
}

/** Whether an empty node of one of these offerings would hold the pod, other pods' places aside. */
export function fitsAny(pod: Pod, offerings: readonly Offering[], situation: Situation): boolean {
  const { daemons } = situation.snapshot;
  return offerings.some(
    (offering) => staticMisfit(pod, binOfOffering('candidate', offering, daemons)) === undefined,
  );
}

/** Words for a pod that only offerings would hold which rest or may not be bought now. */
export function restingRefusal(pod: Pod): Refusal {
  const text = `pod ${podRef(pod)} fits only offerings that cannot be bought now`;
  return { what: 'pod', subject: podRef(pod), reason: { code: 'pod-offerings-resting', text } };
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
