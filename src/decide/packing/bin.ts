import type { DaemonOverhead } from '../../model/daemon-overhead.ts';
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
  /** DaemonSets whose pods are yet to come. @default none */
  readonly daemons?: readonly DaemonOverhead[];
}

/** An empty bin with what its system and DaemonSets will use taken off. */
export function aBin(parts: BinParts): Bin {
  const { daemons = [] } = parts;
  const free = daemons.map((daemon) => daemon.requests).reduce(subtractResources, parts.allocatable);
  return {
    id: parts.id,
    labels: parts.labels,
    taints: parts.taints ?? [],
    isOpen: parts.isOpen ?? true,
    free,
    pods: new Set(),
    hostPorts: new Set(daemons.flatMap((daemon) => daemon.hostPorts)),
  };
}
