import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import type { Pod, PodAffinityTerm, TopologySpread } from '../../model/pod.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { Toleration } from '../../model/taint.ts';

/** Which nodes a topology spread counts for a pod. */
export interface Eligibility {
  /** The node has all of these labels. */
  readonly keys: readonly string[];
  readonly nodeSelector: LabelSelector;
  readonly nodeAffinityTerms: readonly LabelSelector[];
  /** Its taints are tolerated; `undefined`: taints are not looked at. */
  readonly tolerations: readonly Toleration[] | undefined;
}

/** What of a pod the rules about other pods look at. */
export type PodTopology = Pick<
  Pod,
  | 'namespace'
  | 'labels'
  | 'podAffinity'
  | 'podAntiAffinity'
  | 'topologySpread'
  | 'preferredPods'
  | 'nodeSelector'
  | 'nodeAffinityTerms'
  | 'tolerations'
>;

/** Which pods a term means, wherever they stand. */
export type PodTerm = Pick<PodAffinityTerm, 'selector' | 'namespaces'>;

/** Pods that a term counts: those that all of `matches` pick. */
export interface CountedTerm {
  readonly topologyKey: string;
  readonly matches: readonly PodTerm[];
  /** Text of `matches`, equal where they are. */
  readonly text: string;
}

/** A spread, and the nodes that it counts. */
export interface CompiledSpread extends CountedTerm {
  readonly spread: TopologySpread;
  readonly eligibility: Eligibility;
  readonly eligibilityText: string;
}

/** The terms of a pod in the form that rules are made of; one object for all pods with the very same lists of terms. */
export interface CompiledTerms {
  /** Text that is equal where the terms are, and with a spread the namespace and the choice of nodes, too. */
  readonly name: string;
  readonly near: readonly CountedTerm[];
  readonly apart: readonly CountedTerm[];
  readonly spread: readonly CompiledSpread[];
  readonly preferred: readonly (CountedTerm & { readonly weight: number })[];
}

const NO_NODES = { nodeSelector: [], nodeAffinityTerms: [], tolerations: [] };

export const NO_TERMS: CompiledTerms = { name: '', near: [], apart: [], spread: [], preferred: [] };

/** A pod with the lists that its terms were compiled from. */
interface Compiled {
  readonly pod: PodTopology;
  readonly terms: CompiledTerms;
}

/** By the first list of the pod that is not empty; pods of a workload share their lists. */
const known = new WeakMap<object, Compiled>();

/** The pod's terms, compiled once for all pods that share their lists. */
export function termsOf(pod: PodTopology): CompiledTerms {
  const list = firstList(pod);
  if (list === undefined) return NO_TERMS;
  const found = known.get(list);
  if (found !== undefined && isSameKind(found.pod, pod)) return found.terms;
  const terms = compile(pod);
  known.set(list, { pod, terms });
  return terms;
}

/** The different terms of a list of pods, those that have none left out. */
export const termsAmong = memoizeByIdentity((pods: readonly PodTopology[]): readonly CompiledTerms[] => {
  const terms = new Set<CompiledTerms>();
  for (const pod of pods) if (firstList(pod) !== undefined) terms.add(termsOf(pod));
  return [...terms];
});

/** Whether the spread must hold, rather than being preferred. */
export function mustHold({ whenUnsatisfiable }: TopologySpread): boolean {
  return whenUnsatisfiable === 'DoNotSchedule';
}

function firstList(pod: PodTopology): object | undefined {
  if (pod.topologySpread.length > 0) return pod.topologySpread;
  if (pod.podAntiAffinity.length > 0) return pod.podAntiAffinity;
  if (pod.preferredPods.length > 0) return pod.preferredPods;
  return pod.podAffinity.length > 0 ? pod.podAffinity : undefined;
}

function isSameKind(a: PodTopology, b: PodTopology): boolean {
  return (
    isSameList(a.podAffinity, b.podAffinity) &&
    isSameList(a.podAntiAffinity, b.podAntiAffinity) &&
    isSameList(a.topologySpread, b.topologySpread) &&
    isSameList(a.preferredPods, b.preferredPods) &&
    (a.topologySpread.length === 0 || isSameChoice(a, b))
  );
}

/** What a spread counts depends on the pod's namespace and on the nodes that it admits. */
function isSameChoice(a: PodTopology, b: PodTopology): boolean {
  return (
    a.namespace === b.namespace &&
    isSameList(a.nodeSelector, b.nodeSelector) &&
    isSameList(a.nodeAffinityTerms, b.nodeAffinityTerms) &&
    isSameList(a.tolerations, b.tolerations)
  );
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === 0 && b.length === 0);
}

function compile(pod: PodTopology): CompiledTerms {
  const { podAffinity, podAntiAffinity, topologySpread, preferredPods, namespace } = pod;
  const { nodeSelector, nodeAffinityTerms, tolerations } = pod;
  const isSpread = topologySpread.length > 0;
  const nodes = isSpread ? { nodeSelector, nodeAffinityTerms, tolerations } : NO_NODES;
  const parts = [podAffinity, podAntiAffinity, preferredPods, topologySpread];
  const name = JSON.stringify(isSpread ? [...parts, nodes, namespace] : parts);
  const affinity = podAffinity.map(matchOf);
  return {
    name,
    near: podAffinity.map(({ topologyKey }) => counted(topologyKey, affinity)),
    apart: podAntiAffinity.map((term) => counted(term.topologyKey, [matchOf(term)])),
    spread: topologySpread.map((spread) => ({
      // A spread counts pods of the pod's own namespace only.
      ...counted(spread.topologyKey, [{ selector: spread.selector, namespaces: [namespace] }]),
      ...eligibilityOf(spread, topologySpread, nodes),
      spread,
    })),
    preferred: preferredPods.map((term) => {
      return { ...counted(term.topologyKey, [matchOf(term)]), weight: term.weight };
    }),
  };
}

function matchOf({ selector, namespaces }: PodTerm): PodTerm {
  return { selector, namespaces };
}

function counted(topologyKey: string, matches: readonly PodTerm[]): CountedTerm {
  return { topologyKey, matches, text: JSON.stringify(matches) };
}

function eligibilityOf(
  spread: TopologySpread,
  all: readonly TopologySpread[],
  nodes: Pick<PodTopology, 'nodeSelector' | 'nodeAffinityTerms' | 'tolerations'>,
): Pick<CompiledSpread, 'eligibility' | 'eligibilityText'> {
  const { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' } = spread;
  const affinity = nodeAffinityPolicy === 'Honor' ? nodes : NO_NODES;
  const sameKind = all.filter((one) => mustHold(one) === mustHold(spread));
  const eligibility = {
    keys: [...new Set(sameKind.map(({ topologyKey }) => topologyKey))].sort(),
    nodeSelector: affinity.nodeSelector,
    nodeAffinityTerms: affinity.nodeAffinityTerms,
    tolerations: nodeTaintsPolicy === 'Honor' ? nodes.tolerations : undefined,
  };
  return { eligibility, eligibilityText: JSON.stringify(eligibility) };
}
