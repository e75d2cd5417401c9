import type { Pod } from '../../model/pod.ts';
import { type Resources, subtractResources } from '../../model/resources.ts';
import type { Labels } from '../../model/selector.ts';
import type { Taint } from '../../model/taint.ts';

/** A node as the packer fills it: real, booting, or not yet bought. Changed by `Board` alone. */
export interface Bin {
  readonly id: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** Whether pods may still be put here; a cordoned or unready node only counts for topology. */
  isOpen: boolean;
  free: Resources;
  readonly pods: Set<Pod>;
  /** Host ports in use; one that two pods share cannot occur. */
  readonly hostPorts: Set<string>;
}

export interface BinParts {
  readonly id: string;
  readonly labels: Labels;
  readonly taints?: readonly Taint[];
  readonly isOpen?: boolean;
  readonly allocatable: Resources;
  readonly overhead?: readonly Resources[];
}

/** An empty bin with what its system and DaemonSets will use taken off. */
export function aBin(parts: BinParts): Bin {
  const free = (parts.overhead ?? []).reduce(subtractResources, parts.allocatable);
  return {
    id: parts.id,
    labels: parts.labels,
    taints: parts.taints ?? [],
    isOpen: parts.isOpen ?? true,
    free,
    pods: new Set(),
    hostPorts: new Set(),
  };
}

/** A bin's availability zone, as its label says. */
export function zoneOf(bin: Pick<Bin, 'labels'>): string | undefined {
  return bin.labels['topology.kubernetes.io/zone'];
}
