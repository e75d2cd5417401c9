import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { type Node, readyWorkerType } from '../../model/node.ts';
import type { Offering } from '../../model/offering.ts';
import { unboundPods } from '../../model/pod-lists.ts';
import type { Pod } from '../../model/pod.ts';
import type { Labels } from '../../model/selector.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Taint } from '../../model/taint.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import { isBootTaint } from './boot-taints.ts';

const MIB_PER_GIB = 1024;
/** Of the root volume, what the kubelet leaves to pods: the rest is the file system's, and its eviction threshold. */
const DISK_SHARE = 0.9;
const EPHEMERAL_STORAGE = 'ephemeral-storage';
/** Taints that Kubernetes sets and takes away by the state of a node. */
const STATE_TAINT = /^node(\.cloudprovider)?\.kubernetes\.io\//;

/** What nodes of one type turn out to be beside the catalogue's figures. */
interface Seen {
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly extended: Readonly<Record<string, number>>;
}

/**
 * The snapshot with offerings that say what a new node will carry: the labels, lasting taints and further resources that all ready
 * workers of the type have in common; before there is one, what `instances.template` says. The disk counts as the policy states it.
 */
export function withNodeTemplate(snapshot: Snapshot, policy: Policy): Snapshot {
  const { nodes, offerings } = snapshot;
  const needed = neededExtras(snapshot.pods);
  const known = completedLists.get(offerings);
  const isKnown = known?.nodes === nodes && known.policy === policy && isEqual(known.needed, needed);
  const completed = isKnown ? known.completed : completedOf(snapshot, needed, policy);
  if (!isKnown) completedLists.set(offerings, { nodes, policy, needed, completed });
  return completed === offerings ? snapshot : { ...snapshot, offerings: completed };
}

interface CompletedList {
  readonly nodes: readonly Node[];
  readonly policy: Policy;
  readonly needed: ReadonlySet<string>;
  readonly completed: readonly Offering[];
}

/** How each list was completed last: most rounds see the same nodes. */
const completedLists = new WeakMap<readonly Offering[], CompletedList>();

function isEqual(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a === b || (a.size === b.size && [...a].every((name) => b.has(name)));
}

/** The same list where nothing is to be said. */
function completedOf(
  { nodes, offerings }: Snapshot,
  needed: ReadonlySet<string>,
  policy: Policy,
): readonly Offering[] {
  const seen = seenByType(nodes, policy.instances.template.startupTaints);
  const completed = offerings.map((offering) => {
    const like = seen.get(offering.type) ?? fromPolicy(policy);
    return withExtras(offering, { ...like, extended: extendedOf(like, { needed, policy, seen }) });
  });
  return completed.every((offering, i) => offering === offerings[i]) ? offerings : completed;
}

/** Resources beside CPU, memory and slots that a pod without a node asks for: where nobody does, nothing needs to be known. */
const neededExtras = memoizeByIdentity(
  (pods: readonly Pod[]): ReadonlySet<string> =>
    new Set(unboundPods(pods).flatMap(({ requests }) => Object.keys(requests.extended ?? {}))),
);

function fromPolicy({ instances: { template } }: Policy): Seen {
  return { labels: template.labels, taints: template.taints, extended: {} };
}

function extendedOf(
  like: Seen,
  {
    needed,
    policy,
    seen,
  }: {
    readonly needed: ReadonlySet<string>;
    readonly policy: Policy;
    readonly seen: ReadonlyMap<string, Seen>;
  },
): Seen['extended'] {
  const extended: Record<string, number> = {};
  for (const name of needed) {
    const amount = like.extended[name] ?? elsewhere(name, policy, seen);
    if (amount !== undefined) extended[name] = amount;
  }
  return extended;
}

/** Where no worker of the type says it: the disk as the policy has it, and of attachments what the least of the others may. */
function elsewhere(name: string, policy: Policy, seen: ReadonlyMap<string, Seen>): number | undefined {
  if (name === EPHEMERAL_STORAGE) return Math.floor(policy.cost.diskGiB * MIB_PER_GIB * DISK_SHARE);
  if (!name.startsWith('attachable-volumes-')) return undefined;
  const others = [...seen.values()].flatMap(({ extended }) => extended[name] ?? []);
  return others.length === 0 ? undefined : Math.min(...others);
}

function seenByType(nodes: readonly Node[], startupTaints: readonly string[]): ReadonlyMap<string, Seen> {
  const byType = new Map<string, Seen>();
  for (const node of nodes) {
    const type = readyWorkerType(node);
    if (type === undefined) continue;
    const known = byType.get(type);
    const own = seenOn(node, startupTaints);
    byType.set(type, known === undefined ? own : inCommon(known, own));
  }
  return byType;
}

function seenOn({ labels, taints, allocatable }: Node, startupTaints: readonly string[]): Seen {
  const lasting = taints.filter(({ key }) => !isBootTaint(key, startupTaints) && !STATE_TAINT.test(key));
  return { labels, taints: lasting, extended: allocatable.extended ?? {} };
}

function inCommon(a: Seen, b: Seen): Seen {
  const extended = Object.entries(a.extended).flatMap(([name, amount]) =>
    b.extended[name] === undefined ? [] : [[name, Math.min(amount, b.extended[name])]],
  );
  return {
    labels: labelsInCommon(a.labels, b.labels),
    taints: a.taints.filter((one) =>
      b.taints.some(
        ({ key, value, effect }) => key === one.key && value === one.value && effect === one.effect,
      ),
    ),
    extended: Object.fromEntries(extended),
  };
}

/** Nodes of one type mostly share what those before them did: then it is the first list itself. */
function labelsInCommon(a: Labels, b: Labels): Labels {
  for (const key in a)
    if (b[key] !== a[key])
      return Object.fromEntries(Object.entries(a).filter(([name, value]) => b[name] === value));
  return a;
}

/** How each offering was completed last: the same object while nothing else is seen, so that what was packed with it is known. */
const completed = new WeakMap<Offering, { readonly signature: string; readonly offering: Offering }>();

function withExtras(offering: Offering, { labels, taints, extended }: Seen): Offering {
  const own = ownLabels(labels);
  const hasExtended = Object.keys(extended).length > 0;
  if (Object.keys(own).length === 0 && taints.length === 0 && !hasExtended) return offering;
  const signature = JSON.stringify([own, taints, extended]);
  const known = completed.get(offering);
  if (known?.signature === signature) return known.offering;
  const { allocatable } = offering;
  const complete = {
    ...offering,
    ...(Object.keys(own).length > 0 && { labels: own }),
    ...(taints.length > 0 && { taints }),
    ...(hasExtended && {
      allocatable: { ...allocatable, extended: { ...allocatable.extended, ...extended } },
    }),
  };
  completed.set(offering, { signature, offering: complete });
  return complete;
}

/** What the offering does not say by itself: its zone, type and name, and what differs from node to node, are left out. */
const OF_THE_OFFERING =
  /^(topology\.|failure-domain\.|kubernetes\.io\/|beta\.kubernetes\.io\/|node\.kubernetes\.io\/instance-type$|node\.kubernetes\.io\/lifecycle$|karpenter\.sh\/capacity-type$|smartscale\.dev\/lifecycle$|k3s\.io\/|csi\.)/;

function ownLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !OF_THE_OFFERING.test(key)));
}
