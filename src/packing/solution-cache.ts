import type { Resources } from '../model/resources.ts';
import type { BuyableNode, PackingProblem, PresentNode } from './model.ts';
import type { Place } from './rules.ts';
import type { Solution } from './solution.ts';
import { solve } from './solve.ts';

/** Packs, or remembers having packed the very same. */
export type Solve = (problem: PackingProblem) => Solution;

/** Answers that are kept at most: those of a round in which many replacements were looked at. */
const MAX_CACHED = 32;
/**
 * Pods in their problems together at most. Problems of nearby rounds share the pods that did not change, so that this bounds lists of
 * references: all looks of one round at 5,000 nodes of 20 pods.
 */
const MAX_PODS = 2_000_000;

interface CachedSolution {
  readonly problem: PackingProblem;
  readonly solution: Solution;
  readonly pods: number;
}

/**
 * Solutions of the last rounds. While pods wait for a node that boots, or for capacity that is not to be had, every round asks
 * what the one before has asked; only the first packs. No answer changes by it: a solution is a matter of its problem alone.
 */
export class SolutionCache {
  /** The latest asked for first. */
  #cached: readonly CachedSolution[] = [];

  readonly solve: Solve = (problem) => {
    const found = this.#cached.find((known) => isSameProblem(known.problem, problem));
    const known = found ?? { problem, solution: solve(problem), pods: podsIn(problem) };
    this.#cached = withinBounds([known, ...this.#cached.filter((other) => other !== found)]);
    return known.solution;
  };
}

function podsIn({ pods, present }: PackingProblem): number {
  return present.reduce((sum, node) => sum + node.pods.length, pods.length);
}

/** The first always stays. */
function withinBounds(all: readonly CachedSolution[]): readonly CachedSolution[] {
  let pods = 0;
  const end = all.findIndex((known, index) => {
    pods += known.pods;
    return index > 0 && (index >= MAX_CACHED || pods > MAX_PODS);
  });
  return end === -1 ? all : all.slice(0, end);
}

/** Pods, offerings and labels are compared by identity: changed data is a new object. A false "different" only packs again. */
function isSameProblem(a: PackingProblem, b: PackingProblem): boolean {
  return (
    a.maxNewNodes === b.maxNewNodes &&
    isSameList(a.pods, b.pods) &&
    isSameList(a.buyable, b.buyable, isSameOffer) &&
    isSameList(a.present, b.present, isSameNode)
  );
}

/** Its labels are a matter of the offering. */
function isSameOffer(a: BuyableNode, b: BuyableNode): boolean {
  return (
    a.offering === b.offering &&
    a.costUsdPerHour === b.costUsdPerHour &&
    isSameAmount(a.free, b.free) &&
    isSameList(a.place.hostPorts, b.place.hostPorts)
  );
}

function isSameNode(a: PresentNode, b: PresentNode): boolean {
  if (a === b) return true;
  return (
    a.isOpen === b.isOpen &&
    isSamePlace(a.place, b.place) &&
    isSameAmount(a.free, b.free) &&
    isSameList(a.pods, b.pods)
  );
}

function isSamePlace(a: Place, b: Place): boolean {
  return (
    a.id === b.id &&
    a.labels === b.labels &&
    isSameList(a.taints, b.taints) &&
    isSameList(a.hostPorts, b.hostPorts)
  );
}

function isSameAmount(a: Resources, b: Resources): boolean {
  return (
    a.cpuMillis === b.cpuMillis &&
    a.memoryMiB === b.memoryMiB &&
    a.pods === b.pods &&
    isSameRecord(a.extended ?? NOTHING, b.extended ?? NOTHING)
  );
}

const NOTHING: Readonly<Record<string, number>> = {};

function isSameRecord(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function isSameList<T>(
  a: readonly T[],
  b: readonly T[],
  isSame: (a: T, b: T) => boolean = Object.is,
): boolean {
  return a === b || (a.length === b.length && a.every((one, index) => isSame(one, b[index] as T)));
}
