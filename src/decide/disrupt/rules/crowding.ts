import { memoizeByIdentity } from '../../../model/memoize-by-identity.ts';
import { podsByNode } from '../../../model/pod-lists.ts';
import { needsEviction } from '../../../model/pod.ts';
import type { Reason } from '../../../model/reason.ts';
import { addResources, type Resources, subtractResources } from '../../../model/resources.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Worker } from '../../state/fleet.ts';
import { percentText } from '../../text/wording.ts';

/** Share of what the others offer that pods may have asked for once a node goes while load is not low: the rest is for surges. */
const MOST_REQUESTED_PERCENT = 90;
const NOTHING: Resources = { cpuMillis: 0, memoryMiB: 0, pods: 0 };

/** Why the others would be left with too little for a rollout or an autoscaler's next step; `undefined` when there is enough. */
export function crowdedAfter(leaving: readonly Worker[], context: DecisionContext): Reason | undefined {
  const sums = sumsOf(context);
  const offered = leaving.map(offeredBy).reduce(subtractResources, sums.offered);
  const asked = leaving
    .map(({ id }) => sums.stayingOn.get(id) ?? NOTHING)
    .reduce(subtractResources, sums.asked);
  for (const resource of ['cpuMillis', 'memoryMiB'] as const) {
    const percent = offered[resource] > 0 ? (100 * asked[resource]) / offered[resource] : 0;
    if (percent <= MOST_REQUESTED_PERCENT) continue;
    const what = resource === 'cpuMillis' ? 'CPU' : 'memory';
    const text = `pods ask for ${percentText(percent)} of the ${what} that the others offer: above ${MOST_REQUESTED_PERCENT} % a node would be bought for the next surge`;
    return { code: 'load-would-not-fit', text, facts: { percent, most: MOST_REQUESTED_PERCENT } };
  }
  return undefined;
}

interface Sums {
  /** What the ready workers offer, and what the pods on them ask for. */
  readonly offered: Resources;
  readonly asked: Resources;
  /** What of it goes with each node, since no drain moves it. */
  readonly stayingOn: ReadonlyMap<string, Resources>;
}

const sumsOf = memoizeByIdentity(({ fleet, snapshot }: DecisionContext): Sums => {
  const ready = fleet.workers.filter(({ condition }) => condition === 'ready');
  const byNode = podsByNode(snapshot.pods);
  const stayingOn = new Map<string, Resources>();
  let asked = NOTHING;
  for (const { id } of ready) {
    const pods = byNode.get(id) ?? [];
    const staying = pods.filter((pod) => !needsEviction(pod)).map(({ requests }) => requests);
    stayingOn.set(id, staying.reduce(addResources, NOTHING));
    asked = pods.map(({ requests }) => requests).reduce(addResources, asked);
  }
  return { offered: ready.map(offeredBy).reduce(addResources, NOTHING), asked, stayingOn };
});

function offeredBy({ node }: Worker): Resources {
  return node?.allocatable ?? NOTHING;
}
