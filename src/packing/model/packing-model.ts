import type { Pod } from '../../model/pod.ts';
import { barrier, TopologyClasses, TopologyRules } from '../rules.ts';
import type { BuyableNode, PresentNode } from './nodes.ts';
import { groupPods, type PodGroup } from './pod-groups.ts';
import type { ResourceDimensions } from './resource-dimensions.ts';

export interface PackingProblem {
  /** Pods to place. */
  readonly pods: readonly Pod[];
  readonly buyable: readonly BuyableNode[];
  readonly present: readonly PresentNode[];
  /** Never more new nodes than this. */
  readonly maxNewNodes: number;
}

/** A problem in numbers: what the packer works on. */
export interface PackingModel extends PackingProblem {
  readonly groups: readonly PodGroup[];
  readonly dimensions: ResourceDimensions;
  readonly rules: TopologyRules;
  /** Of buyable nodes first, then of present ones. */
  readonly topologyClasses: TopologyClasses;
  /** Of each choice of nodes, which places it admits; 1 is yes. */
  readonly admitted: readonly Uint8Array[];
}

/** Turns labels, selectors and terms into numbers, once for all that are equal. */
export function modelOf(problem: PackingProblem): PackingModel {
  const { pods, buyable, present } = problem;
  const rules = new TopologyRules(
    pods,
    present.map((node) => node.pods),
  );
  const { groups, dimensions, choices } = groupPods(pods, rules);
  const places = [...buyable.map(({ place }) => place), ...present.map(({ place }) => place)];
  const topologyClasses = new TopologyClasses(places, rules);
  const admitted = choices.map((choice) =>
    Uint8Array.from(places, (place) => (barrier(choice, place) === undefined ? 1 : 0)),
  );
  return { ...problem, groups, dimensions, rules, topologyClasses, admitted };
}
