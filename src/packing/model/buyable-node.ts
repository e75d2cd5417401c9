import { type DaemonOverhead, daemonsOn } from '../../model/daemon-overhead.ts';
import type { Offering } from '../../model/offering.ts';
import { subtractResources } from '../../model/resources.ts';
import { placeOf } from '../rules.ts';
import type { BuyableNode } from './nodes.ts';

/** A node of this offering before any pod is on it but those of its DaemonSets. */
export function buyableNode(
  offering: Offering,
  daemons: readonly DaemonOverhead[],
  costUsdPerHour: number,
): BuyableNode {
  const place = placeOf('a new node', offering);
  const carried = daemonsOn(daemons, place);
  return {
    offering,
    place: { ...place, hostPorts: carried.flatMap((daemon) => daemon.hostPorts) },
    free: carried.map((daemon) => daemon.requests).reduce(subtractResources, offering.allocatable),
    costUsdPerHour,
  };
}
