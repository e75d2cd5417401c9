import { type Pod, type PodPreference, picksPod, selectsNode } from '../../model/pod.ts';
import type { Labels } from '../../model/selector.ts';
import type { NodeDraft } from '../filling/node-draft.ts';
import { CPU, MEMORY } from '../model/axes.ts';
import type { PackingModel } from '../model/packing-model.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import { ZONE } from '../rules/place.ts';
import { HOSTNAME } from '../rules/topology-rules.ts';

/** A node on which a scheduler binds pods, and what its scoring looks at. */
export interface Stage {
  readonly draft: NodeDraft;
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
  readonly #byGroup: (Map<Stage, number> | undefined)[] = [];

  add(stage: Stage, group: number, by: 1 | -1): void {
    const counts = (this.#byGroup[group] ??= new Map());
    const count = (counts.get(stage) ?? 0) + by;
    if (count === 0) counts.delete(stage);
    else counts.set(stage, count);
  }

  /** The stages that pods of the group are on, and how many. */
  of(group: number): Iterable<readonly [Stage, number]> {
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
  readonly isEligible: (stage: Stage) => boolean;
  /** Groups whose pods are counted. */
  readonly counted: readonly number[];
}

/** What each pod of a group that stands in a domain adds to the domain's score. */
interface Pull {
  readonly other: number;
  readonly weight: number;
}

const MOST = 100;
/** The scheduler takes a container that says nothing for one that asks for this much when it weighs nodes. */
const ASSUMED: Amounts = { cpu: 100, memory: 200 };
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
  readonly #pulls: (readonly (readonly [string, readonly Pull[]])[] | undefined)[] = [];

  constructor(model: PackingModel) {
    this.#model = model;
  }

  /** The score of each of the nodes that would do, given who is on all nodes. */
  of(group: PodGroup, fitting: readonly Stage[], counts: StageCounts): readonly number[] {
    const spread = this.#spreadScores(group, fitting, counts);
    const neighbours = this.#neighbourScores(group, fitting, counts);
    const affinity = this.#affinityScores(group, fitting);
    return fitting.map(
      (stage, index) =>
        leastAllocated(stage, group) +
        balanced(stage, group) +
        WEIGHTS.spread * (spread[index] ?? 0) +
        WEIGHTS.neighbours * (neighbours[index] ?? 0) +
        WEIGHTS.nodeAffinity * (affinity[index] ?? 0),
    );
  }

  #affinityScores({ prefers }: PodGroup, fitting: readonly Stage[]): readonly number[] {
    if (prefers.length === 0) return [];
    const { admitted } = this.#model;
    const sums = fitting.map(({ place }) =>
      prefers.reduce((sum, { choice, weight }) => sum + (admitted[choice]?.[place] === 1 ? weight : 0), 0),
    );
    const most = maxOf(sums);
    return most === 0 ? sums : sums.map((sum) => Math.floor((MOST * sum) / most));
  }

  #spreadScores(group: PodGroup, fitting: readonly Stage[], all: StageCounts): readonly number[] {
    const spreads = (this.#spreads[group.index] ??= this.#spreadsOf(group));
    if (spreads.length === 0) return [];
    const sums = new Float64Array(fitting.length);
    for (const spread of spreads) {
      const counts = countsByDomain(spread, fitting, all);
      const weight = Math.log(counts.size + 2);
      fitting.forEach((stage, index) => {
        const count = counts.get(domainOf(stage, spread.key)) ?? 0;
        sums[index] = (sums[index] ?? 0) + count * weight + spread.maxSkew - 1;
      });
    }
    const rounded = [...sums].map(Math.round);
    const most = maxOf(rounded);
    const least = minOf(rounded);
    return rounded.map((sum) => (most === 0 ? MOST : Math.floor((MOST * (most + least - sum)) / most)));
  }

  #neighbourScores(group: PodGroup, fitting: readonly Stage[], all: StageCounts): readonly number[] {
    const pulls = this.#pullsOf(group);
    if (pulls.length === 0) return [];
    const sums = new Float64Array(fitting.length);
    for (const [key, ofKey] of pulls) {
      const byDomain = new Map<string, number>();
      for (const { other, weight } of ofKey) {
        for (const [stage, count] of all.of(other)) {
          const domain = domainOf(stage, key);
          byDomain.set(domain, (byDomain.get(domain) ?? 0) + count * weight);
        }
      }
      fitting.forEach((stage, index) => {
        sums[index] = (sums[index] ?? 0) + (byDomain.get(domainOf(stage, key)) ?? 0);
      });
    }
    const least = minOf(sums);
    const range = maxOf(sums) - least;
    return [...sums].map((sum) => (range === 0 ? 0 : Math.floor((MOST * (sum - least)) / range)));
  }

  #spreadsOf({ sample }: PodGroup): readonly SoftSpread[] {
    const { groups } = this.#model;
    const isAdmitted = ({ labels }: Stage) => selectsNode(sample, labels);
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

  /** By their key; empty when nobody pulls. */
  #pullsOf(group: PodGroup): readonly (readonly [string, readonly Pull[]])[] {
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
export function noteBound(stage: Stage, group: PodGroup): void {
  Object.assign(stage, sumsWith(stage, [group]));
  stage.counts.add(stage, group.index, 1);
}

/** The sums of a node with a pod more of each of the groups. */
export function sumsWith(
  { requested, assumed }: Pick<Stage, 'requested' | 'assumed'>,
  groups: readonly PodGroup[],
): Pick<Stage, 'requested' | 'assumed'> {
  let sums = { requested, assumed };
  for (const { need } of groups) {
    const [cpu = 0, memory = 0] = [need[CPU], need[MEMORY]];
    sums = { requested: plus(sums.requested, { cpu, memory }), assumed: plus(sums.assumed, assumedOf(need)) };
  }
  return sums;
}

function maxOf(list: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < list.length; i += 1) most = Math.max(most, list[i] as number);
  return most;
}

function minOf(list: ArrayLike<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < list.length; i += 1) least = Math.min(least, list[i] as number);
  return least;
}

function plus(a: Amounts, b: Amounts): Amounts {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory };
}

function assumedOf(need: Float64Array): Amounts {
  return { cpu: need[CPU] || ASSUMED.cpu, memory: need[MEMORY] || ASSUMED.memory };
}

function leastAllocated({ assumed, allocatable }: Stage, { need }: PodGroup): number {
  const { cpu, memory } = plus(assumed, assumedOf(need));
  const left = (asked: number, of: number) => (asked > of ? 0 : Math.floor(((of - asked) * MOST) / of));
  return Math.floor((left(cpu, allocatable.cpu) + left(memory, allocatable.memory)) / 2);
}

function balanced({ requested, allocatable }: Stage, { need }: PodGroup): number {
  const [cpu = 0, memory = 0] = [need[CPU], need[MEMORY]];
  if (cpu === 0 && memory === 0) return 0;
  const evenness = (of: Amounts) => {
    const gap = shareOf(of.cpu, allocatable.cpu) - shareOf(of.memory, allocatable.memory);
    return Math.floor((1 - Math.abs(gap) / 2) * MOST);
  };
  return (
    MOST / 2 + Math.floor((MOST / 2 + evenness(plus(requested, { cpu, memory })) - evenness(requested)) / 2)
  );
}

/** Of nothing all is taken. */
function shareOf(asked: number, of: number): number {
  return asked < of ? asked / of : 1;
}

function countsByDomain(
  { key, counted, isEligible }: SoftSpread,
  fitting: readonly Stage[],
  all: StageCounts,
): ReadonlyMap<string, number> {
  // Of hosts only those that would do are looked at, so that on another host nobody is counted.
  const byDomain = new Map<string, number>();
  for (const stage of fitting) byDomain.set(domainOf(stage, key), 0);
  for (const group of counted) {
    for (const [stage, count] of all.of(group)) {
      const domain = domainOf(stage, key);
      const before = byDomain.get(domain);
      if (before !== undefined && isEligible(stage)) byDomain.set(domain, before + count);
    }
  }
  return byDomain;
}

function indexesOf(groups: readonly PodGroup[], isMeant: (pod: Pod) => boolean): readonly number[] {
  return groups.filter(({ sample }) => isMeant(sample)).map(({ index }) => index);
}

function domainOf({ hostname, labels }: Stage, key: string): string {
  return key === HOSTNAME ? hostname : (labels[key] ?? '');
}

function isSameKind(one: Pod, other: Pod): boolean {
  return one.namespace === other.namespace && one.owner?.uid === other.owner?.uid;
}

/** What a standing pod means for one that comes: what either prefers, and that the one who stands required the other's kind. */
function pullsBetween(coming: Pod, standing: Pod): readonly Pick<PodPreference, 'topologyKey' | 'weight'>[] {
  return [
    ...coming.preferredPods.filter((term) => picksPod(term, standing)),
    ...standing.preferredPods.filter((term) => picksPod(term, coming)),
    ...standing.podAffinity.filter((term) => picksPod(term, coming)).map((term) => ({ ...term, weight: 1 })),
  ];
}
