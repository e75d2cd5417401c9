import { type Pod, type PodPreference, picksPod, selectsNode } from '../../model/pod.ts';
import type { Labels } from '../../model/selector.ts';
import type { NodeBin } from '../filling.ts';
import { CPU, MEMORY, type PackingModel, type PodGroup } from '../model.ts';
import { HOSTNAME, ZONE } from '../rules.ts';

/** A node on which a scheduler binds pods, and what its scoring looks at. */
export interface SimulatedNode {
  readonly bin: NodeBin;
  /** Its number among the places of the model. */
  readonly place: number;
  readonly hostname: string;
  readonly labels: Labels;
  readonly allocatable: Amounts;
  /** What its pods ask for, those of DaemonSets among them, and the same with something for those that ask for nothing. */
  requested: Amounts;
  assumed: Amounts;
  /** Shared by the stages of a play. */
  readonly counts: StageCounts;
}

/** How many pods of each group are on each stage, found by the group's index. */
export class StageCounts {
  readonly #byGroup: (Map<SimulatedNode, number> | undefined)[] = [];

  add(simulated: SimulatedNode, group: number, by: 1 | -1): void {
    const counts = (this.#byGroup[group] ??= new Map());
    const count = (counts.get(simulated) ?? 0) + by;
    if (count === 0) counts.delete(simulated);
    else counts.set(simulated, count);
  }

  /** The stages that pods of the group are on, and how many. */
  of(group: number): Iterable<readonly [SimulatedNode, number]> {
    return this.#byGroup[group] ?? [];
  }
}

export interface Amounts {
  readonly cpu: number;
  readonly memory: number;
}

/** Pods that are wanted apart where that is possible. */
interface SoftSpread {
  readonly key: string;
  readonly maxSkew: number;
  readonly isEligible: (simulated: SimulatedNode) => boolean;
  /** Groups whose pods are counted. */
  readonly counted: readonly number[];
}

/** What each pod of a group in a domain adds to the domain's score. */
interface AffinityPull {
  readonly other: number;
  readonly weight: number;
}

const MAX_SCORE = 100;
/** The scheduler takes a container that says nothing for one that asks for this much when it weighs nodes. */
const ASSUMED_REQUESTS: Amounts = { cpu: 100, memory: 200 };
/** Weights of the default profile; taints that only advise, and images, are not known here. */
const WEIGHTS = { spread: 2, neighbours: 2, nodeAffinity: 2 };
/** How the scheduler spreads the pods of one controller that say nothing about it. */
const DEFAULT_SPREADS = [
  { key: HOSTNAME, maxSkew: 3 },
  { key: ZONE, maxSkew: 5 },
];
const SPREAD_OWNERS: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet', 'StatefulSet']);

/**
 * How much kube-scheduler's default plugins (1.36) like each node for a pod, among nodes that all would do. Services are not
 * known here: it spreads pods of one controller by these, too.
 */
export class SchedulerScores {
  readonly #model: PackingModel;
  readonly #spreads: (readonly SoftSpread[] | undefined)[] = [];
  readonly #pulls: (readonly (readonly [string, readonly AffinityPull[]])[] | undefined)[] = [];

  constructor(model: PackingModel) {
    this.#model = model;
  }

  /** The score of each of the nodes that would do, given who is on all nodes. */
  of(group: PodGroup, fitting: readonly SimulatedNode[], counts: StageCounts): readonly number[] {
    const spread = this.#spreadScores(group, fitting, counts);
    const neighbours = this.#podAffinityScores(group, fitting, counts);
    const affinity = this.#affinityScores(group, fitting);
    return fitting.map(
      (simulated, index) =>
        leastAllocated(simulated, group) +
        balanced(simulated, group) +
        WEIGHTS.spread * (spread[index] ?? 0) +
        WEIGHTS.neighbours * (neighbours[index] ?? 0) +
        WEIGHTS.nodeAffinity * (affinity[index] ?? 0),
    );
  }

  #affinityScores({ prefers }: PodGroup, fitting: readonly SimulatedNode[]): readonly number[] {
    if (prefers.length === 0) return [];
    const { admitted } = this.#model;
    const sums = fitting.map(({ place }) =>
      prefers.reduce((sum, { choice, weight }) => sum + (admitted[choice]?.[place] === 1 ? weight : 0), 0),
    );
    const max = maxOf(sums);
    return max === 0 ? sums : sums.map((sum) => Math.floor((MAX_SCORE * sum) / max));
  }

  #spreadScores(group: PodGroup, fitting: readonly SimulatedNode[], all: StageCounts): readonly number[] {
    const spreads = (this.#spreads[group.index] ??= this.#spreadsOf(group));
    if (spreads.length === 0) return [];
    const sums = new Float64Array(fitting.length);
    for (const spread of spreads) {
      const counts = countsByDomain(spread, fitting, all);
      const weight = Math.log(counts.size + 2);
      fitting.forEach((simulated, index) => {
        const count = counts.get(domainOf(simulated, spread.key)) ?? 0;
        sums[index] = (sums[index] ?? 0) + count * weight + spread.maxSkew - 1;
      });
    }
    const rounded = [...sums].map(Math.round);
    const max = maxOf(rounded);
    const min = minOf(rounded);
    return rounded.map((sum) => (max === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (max + min - sum)) / max)));
  }

  #podAffinityScores(
    group: PodGroup,
    fitting: readonly SimulatedNode[],
    all: StageCounts,
  ): readonly number[] {
    const pulls = this.#pullsOf(group);
    if (pulls.length === 0) return [];
    const sums = new Float64Array(fitting.length);
    for (const [key, ofKey] of pulls) {
      const byDomain = new Map<string, number>();
      for (const { other, weight } of ofKey) {
        for (const [simulated, count] of all.of(other)) {
          const domain = domainOf(simulated, key);
          byDomain.set(domain, (byDomain.get(domain) ?? 0) + count * weight);
        }
      }
      fitting.forEach((simulated, index) => {
        sums[index] = (sums[index] ?? 0) + (byDomain.get(domainOf(simulated, key)) ?? 0);
      });
    }
    const min = minOf(sums);
    const range = maxOf(sums) - min;
    return [...sums].map((sum) => (range === 0 ? 0 : Math.floor((MAX_SCORE * (sum - min)) / range)));
  }

  #spreadsOf({ sample }: PodGroup): readonly SoftSpread[] {
    const { groups } = this.#model;
    const isAdmitted = ({ labels }: SimulatedNode) => selectsNode(sample, labels);
    if (sample.topologySpread.length === 0) {
      if (!SPREAD_OWNERS.has(sample.owner?.kind ?? '')) return [];
      const counted = indexesOf(groups, (other) => isSameKind(sample, other));
      return DEFAULT_SPREADS.map((spread) => ({ ...spread, counted, isEligible: isAdmitted }));
    }
    return sample.topologySpread
      .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway')
      .map(({ topologyKey, maxSkew, selector, nodeAffinityPolicy }) => ({
        key: topologyKey,
        maxSkew,
        isEligible: nodeAffinityPolicy === 'Ignore' ? () => true : isAdmitted,
        counted: indexesOf(groups, (other) => picksPod({ selector, namespaces: [sample.namespace] }, other)),
      }));
  }

  /** By topology key; empty without preferred affinity. */
  #pullsOf(group: PodGroup): readonly (readonly [string, readonly AffinityPull[]])[] {
    const known = this.#pulls[group.index];
    if (known !== undefined) return known;
    const all = this.#model.groups.flatMap((other) =>
      pullsBetween(group.sample, other.sample).map(({ topologyKey, weight }) => {
        return { key: topologyKey, other: other.index, weight };
      }),
    );
    const byKey = [...Map.groupBy(all, ({ key }) => key)];
    this.#pulls[group.index] = byKey;
    return byKey;
  }
}

/** Notes on the node that a pod of the group was bound to it. */
export function noteBound(simulated: SimulatedNode, group: PodGroup): void {
  Object.assign(simulated, sumsWith(simulated, [group]));
  simulated.counts.add(simulated, group.index, 1);
}

/** The sums of a node with a pod more of each of the groups. */
export function sumsWith(
  { requested, assumed }: Pick<SimulatedNode, 'requested' | 'assumed'>,
  groups: readonly PodGroup[],
): Pick<SimulatedNode, 'requested' | 'assumed'> {
  let sums = { requested, assumed };
  for (const { need } of groups) {
    const [cpu = 0, memory = 0] = [need[CPU], need[MEMORY]];
    sums = { requested: plus(sums.requested, { cpu, memory }), assumed: plus(sums.assumed, assumedOf(need)) };
  }
  return sums;
}

function maxOf(list: ArrayLike<number>): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < list.length; i += 1) max = Math.max(max, list[i] as number);
  return max;
}

function minOf(list: ArrayLike<number>): number {
  let min = Number.POSITIVE_INFINITY;
  for (let i = 0; i < list.length; i += 1) min = Math.min(min, list[i] as number);
  return min;
}

function plus(a: Amounts, b: Amounts): Amounts {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory };
}

function assumedOf(need: Float64Array): Amounts {
  return { cpu: need[CPU] || ASSUMED_REQUESTS.cpu, memory: need[MEMORY] || ASSUMED_REQUESTS.memory };
}

function leastAllocated({ assumed, allocatable }: SimulatedNode, { need }: PodGroup): number {
  const { cpu, memory } = plus(assumed, assumedOf(need));
  const left = (asked: number, of: number) => (asked > of ? 0 : Math.floor(((of - asked) * MAX_SCORE) / of));
  return Math.floor((left(cpu, allocatable.cpu) + left(memory, allocatable.memory)) / 2);
}

function balanced({ requested, allocatable }: SimulatedNode, { need }: PodGroup): number {
  const [cpu = 0, memory = 0] = [need[CPU], need[MEMORY]];
  if (cpu === 0 && memory === 0) return 0;
  const evenness = (of: Amounts) => {
    const gap = shareOf(of.cpu, allocatable.cpu) - shareOf(of.memory, allocatable.memory);
    return Math.floor((1 - Math.abs(gap) / 2) * MAX_SCORE);
  };
  return (
    MAX_SCORE / 2 +
    Math.floor((MAX_SCORE / 2 + evenness(plus(requested, { cpu, memory })) - evenness(requested)) / 2)
  );
}

/** Of nothing all is taken. */
function shareOf(asked: number, of: number): number {
  return asked < of ? asked / of : 1;
}

function countsByDomain(
  { key, counted, isEligible }: SoftSpread,
  fitting: readonly SimulatedNode[],
  all: StageCounts,
): ReadonlyMap<string, number> {
  // Of hosts only those that would do are looked at, so that on another host nobody is counted.
  const byDomain = new Map<string, number>();
  for (const simulated of fitting) byDomain.set(domainOf(simulated, key), 0);
  for (const group of counted) {
    for (const [simulated, count] of all.of(group)) {
      const domain = domainOf(simulated, key);
      const before = byDomain.get(domain);
      if (before !== undefined && isEligible(simulated)) byDomain.set(domain, before + count);
    }
  }
  return byDomain;
}

function indexesOf(groups: readonly PodGroup[], isMeant: (pod: Pod) => boolean): readonly number[] {
  return groups.filter(({ sample }) => isMeant(sample)).map(({ index }) => index);
}

function domainOf({ hostname, labels }: SimulatedNode, key: string): string {
  return key === HOSTNAME ? hostname : (labels[key] ?? '');
}

function isSameKind(one: Pod, other: Pod): boolean {
  return one.namespace === other.namespace && one.owner?.uid === other.owner?.uid;
}

/**
 * Affinity weight between an existing pod and an incoming one: preferences of both, and required affinity of the existing one.
 */
function pullsBetween(coming: Pod, existing: Pod): readonly Pick<PodPreference, 'topologyKey' | 'weight'>[] {
  return [
    ...coming.preferredPods.filter((term) => picksPod(term, existing)),
    ...existing.preferredPods.filter((term) => picksPod(term, coming)),
    ...existing.podAffinity.filter((term) => picksPod(term, coming)).map((term) => ({ ...term, weight: 1 })),
  ];
}
