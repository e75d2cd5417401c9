import type {
  V1NodeSelectorTerm,
  V1PodAffinity,
  V1PodAffinityTerm,
  V1PodAntiAffinity,
  V1PodSpec,
  V1Toleration,
  V1TopologySpreadConstraint,
} from '@kubernetes/client-node';
import {
  ALL_NAMESPACES,
  type NodeInclusionPolicy,
  type NodePreference,
  type Pod,
  type PodAffinityTerm,
  type PodPreference,
  type TopologySpread,
} from '../../../model/pod.ts';
import { type LabelSelector, type Labels, selectorOf } from '../../../model/selector.ts';
import type { Toleration } from '../../../model/taint.ts';
import type { Raw } from '../raw.ts';
import type { OpenTerm } from './open-terms.ts';
import { labelSelectorOf, NOTHING, requirementOf } from './raw-selector.ts';

/** Of a pod's spec, what says where it may run. */
export type RawPodConstraints = Pick<
  Raw<V1PodSpec>,
  'nodeSelector' | 'affinity' | 'tolerations' | 'topologySpreadConstraints'
>;

export type PodConstraints = Pick<
  Pod,
  | 'nodeSelector'
  | 'nodeAffinityTerms'
  | 'podAffinity'
  | 'podAntiAffinity'
  | 'topologySpread'
  | 'preferredNodes'
  | 'preferredPods'
  | 'tolerations'
>;

/** The pod whose terms are read: they are about its own namespace, and may be about its own labels. */
interface Incoming {
  readonly namespace: string;
  readonly labels: Labels;
}

/** Where the pod may run, and where it would rather. */
export function podConstraints(spec: RawPodConstraints, pod: Incoming): PodConstraints {
  const { affinity } = spec;
  const affinityOf = (raw: Raw<V1PodAffinity | V1PodAntiAffinity> | undefined) =>
    (raw?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => affinityTerm(term, pod));
  return {
    ...nodeConstraints(spec),
    podAffinity: affinityOf(affinity?.podAffinity),
    podAntiAffinity: affinityOf(affinity?.podAntiAffinity),
    topologySpread: (spec.topologySpreadConstraints ?? []).map((raw) => spreadOf(raw, pod.labels)),
    preferredNodes: preferredNodes(spec),
    preferredPods: [
      ...preferredPods(affinity?.podAffinity, pod, 1),
      ...preferredPods(affinity?.podAntiAffinity, pod, -1),
    ],
    tolerations: (spec.tolerations ?? []).map(tolerationOf),
  };
}

/** A preference without any requirement prefers every node, which is none. */
function preferredNodes({ affinity }: RawPodConstraints): readonly NodePreference[] {
  const raw = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return raw.flatMap(({ weight, preference }) =>
    nodeAlternatives([preference]).map((selector) => ({ selector, weight })),
  );
}

function preferredPods(
  raw: Raw<V1PodAffinity | V1PodAntiAffinity> | undefined,
  pod: Incoming,
  sign: 1 | -1,
): readonly PodPreference[] {
  const terms = raw?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map(({ weight, podAffinityTerm }) => ({
    ...affinityTerm(podAffinityTerm, pod),
    weight: sign * weight,
  }));
}

function nodeConstraints(spec: RawPodConstraints): Pick<Pod, 'nodeSelector' | 'nodeAffinityTerms'> {
  const exact = selectorOf(spec.nodeSelector ?? {});
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return { nodeSelector: exact, nodeAffinityTerms: [] };
  const [first, ...more] = nodeAlternatives(required.nodeSelectorTerms);
  if (first === undefined) return { nodeSelector: NOTHING, nodeAffinityTerms: [] };
  if (more.length === 0) return { nodeSelector: [...exact, ...first], nodeAffinityTerms: [] };
  return { nodeSelector: exact, nodeAffinityTerms: [first, ...more] };
}

function tolerationOf({ key, operator = 'Equal', value, effect }: Raw<V1Toleration>): Toleration {
  return {
    operator: operator as Toleration['operator'],
    ...(key && { key }),
    ...(value && { value }),
    ...(effect && { effect: effect as NonNullable<Toleration['effect']> }),
  };
}

/** A term without any requirement matches no node, so it is no alternative. */
function nodeAlternatives(terms: readonly Raw<V1NodeSelectorTerm>[]): readonly LabelSelector[] {
  return terms
    .map((term) => [
      ...(term.matchExpressions ?? []).map(requirementOf),
      // `metadata.name` is the only field there is; K3s names a node after its host name.
      ...(term.matchFields ?? []).map((raw) => ({ ...requirementOf(raw), key: 'kubernetes.io/hostname' })),
    ])
    .filter((requirements) => requirements.length > 0);
}

/** The API server writes keys of labels into the selector of a stored pod; a template or a file has the keys alone. */
function affinityTerm(
  raw: Raw<V1PodAffinityTerm>,
  { namespace, labels }: Incoming,
): PodAffinityTerm | OpenTerm {
  const { topologyKey, namespaces: named = [], namespaceSelector, matchLabelKeys, mismatchLabelKeys } = raw;
  const selector = [
    ...labelSelectorOf(raw.labelSelector),
    ...ownValues(matchLabelKeys, labels, 'In'),
    ...ownValues(mismatchLabelKeys, labels, 'NotIn'),
  ];
  const term = { topologyKey, selector };
  if (namespaceSelector === undefined)
    return { ...term, namespaces: named.length === 0 ? [namespace] : named };
  const chosen = labelSelectorOf(namespaceSelector);
  const open = { ...term, namespaces: [ALL_NAMESPACES] };
  return chosen.length === 0 ? open : { ...open, named, namespaceSelector: chosen };
}

/** The scheduler counts no pods for a spread whose selector asks for nothing (`countPodsMatchSelector`). */
function countedBy(selector: LabelSelector): LabelSelector {
  return selector.length === 0 ? NOTHING : selector;
}

/** Keys of labels stand for the values that the pod itself has; those that it has not are left out. */
function ownValues(keys: readonly string[] = [], labels: Labels, operator: 'In' | 'NotIn'): LabelSelector {
  return keys.flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
}

function spreadOf(raw: Raw<V1TopologySpreadConstraint>, labels: Labels): TopologySpread {
  const own = ownValues(raw.matchLabelKeys, labels, 'In');
  return {
    topologyKey: raw.topologyKey,
    maxSkew: raw.maxSkew,
    whenUnsatisfiable: raw.whenUnsatisfiable as TopologySpread['whenUnsatisfiable'],
    selector: countedBy([...labelSelectorOf(raw.labelSelector), ...own]),
    ...(raw.minDomains !== undefined && { minDomains: raw.minDomains }),
    ...(raw.nodeAffinityPolicy !== undefined && {
      nodeAffinityPolicy: raw.nodeAffinityPolicy as NodeInclusionPolicy,
    }),
    ...(raw.nodeTaintsPolicy !== undefined && {
      nodeTaintsPolicy: raw.nodeTaintsPolicy as NodeInclusionPolicy,
    }),
  };
}
