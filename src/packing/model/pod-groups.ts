import type { NodePreference, Pod } from '../../model/pod.ts';
import type { Resources } from '../../model/resources.ts';
import { type NodeChoice, type TopologyRules, ValueInterner } from '../rules.ts';
import { ResourceDimensions } from './resource-dimensions.ts';

/** Waiting pods that are equal in all that placing looks at; work is done once for the group where it can be. */
export interface PodGroup {
  readonly index: number;
  /** The longest waiting first. */
  readonly pods: readonly Pod[];
  /** Any one of them: they are equal for every node. */
  readonly sample: Pod;
  readonly need: Float64Array;
  /** Number of its choice of nodes among those of all groups. */
  readonly choice: number;
  /** Number of its rule set in the `TopologyRules`. */
  readonly rules: number;
  readonly hostPorts: readonly string[];
  readonly priority: number;
  /** Choices of nodes, by number too, that it would rather have, the strongest first. */
  readonly prefers: readonly PreferredChoice[];
}

export interface PreferredChoice {
  readonly choice: number;
  /** 1..100 */
  readonly weight: number;
}

export interface PodGroups {
  readonly groups: readonly PodGroup[];
  readonly dimensions: ResourceDimensions;
  readonly choices: readonly NodeChoice[];
}

interface NamedGroup {
  readonly name: readonly number[];
  readonly pods: Pod[];
}

/** Groups pods; neither the groups nor their order depend on the order of the pods. */
export function groupPods(pods: readonly Pod[], rules: TopologyRules): PodGroups {
  const requests = new ValueInterner<Resources>();
  const choices = new Choices();
  const byName = new Map<string, NamedGroup>();
  const alike = new Map<Pod['labels'], NamedGroup>();
  for (const pod of pods) {
    // Pods of a workload share their parts, so that most are told by who these are.
    const last = alike.get(pod.labels);
    if (last !== undefined && sharesParts(last.pods[0] as Pod, pod)) {
      last.pods.push(pod);
      continue;
    }
    const name = [
      requests.of(pod.requests),
      choices.of(pod),
      rules.idOf(pod),
      pod.priority,
      choices.preferences.of(pod.preferredNodes),
    ];
    const text = name.join();
    let group = byName.get(text);
    if (group === undefined) {
      group = { name, pods: [] };
      byName.set(text, group);
    }
    group.pods.push(pod);
    alike.set(pod.labels, group);
  }
  const dimensions = new ResourceDimensions(requests.values);
  const amounts = requests.values.map((one) => dimensions.amounts(one));
  const sorted = [...byName.values()].map(({ name, pods: equal }) => ({ name, pods: equal.sort(byWaiting) }));
  sorted.sort((a, b) => byWaiting(a.pods[0] as Pod, b.pods[0] as Pod));
  const groups = sorted.map(
    ({ name: [request = 0, choice = 0, ruleSet = 0], pods: equal }, index): PodGroup => {
      const sample = equal[0] as Pod;
      const { hostPorts, priority, preferredNodes } = sample;
      const need = amounts[request] ?? dimensions.amounts(sample.requests);
      const prefers = choices.preferredBy(preferredNodes);
      return { index, pods: equal, sample, need, choice, rules: ruleSet, hostPorts, priority, prefers };
    },
  );
  return { groups, dimensions, choices: choices.values };
}

/** What groups are told apart by. */
const PARTS = [
  'labels',
  'requests',
  'namespace',
  'priority',
  'tolerations',
  'nodeSelector',
  'nodeAffinityTerms',
  'volumeNodes',
  'hostPorts',
  'preferredNodes',
  'preferredPods',
  'podAffinity',
  'podAntiAffinity',
  'topologySpread',
] as const;

function sharesParts(a: Pod, b: Pod): boolean {
  for (const part of PARTS) if (a[part] !== b[part]) return false;
  return true;
}

/** Ids for the node constraints of pods (all but resources), interned by the parts that pods share. */
class Choices {
  readonly values: NodeChoice[] = [];
  readonly preferences = new ValueInterner<readonly NodePreference[]>();
  readonly #parts = new ValueInterner<readonly unknown[]>();
  readonly #byName = new Map<string, number>();

  of({ nodeSelector, nodeAffinityTerms, tolerations, volumeNodes, hostPorts }: NodeChoice): number {
    const parts = [nodeSelector, nodeAffinityTerms, tolerations, volumeNodes, hostPorts];
    const name = parts.map((part) => this.#parts.of(part)).join();
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const choice = { nodeSelector, nodeAffinityTerms, tolerations, volumeNodes, hostPorts };
    const id = this.values.push(choice) - 1;
    this.#byName.set(name, id);
    return id;
  }

  /** What is preferred as choices of their own, which ask for nothing else. */
  preferredBy(preferences: readonly NodePreference[]): readonly PreferredChoice[] {
    const strongestFirst = [...preferences].sort((a, b) => b.weight - a.weight);
    return strongestFirst.map(({ selector, weight }) => {
      return { weight, choice: this.of({ ...ANY_NODE, nodeSelector: selector }) };
    });
  }
}

const ANY_NODE: NodeChoice = {
  nodeSelector: [],
  nodeAffinityTerms: [],
  tolerations: [{ operator: 'Exists' }],
  volumeNodes: [],
  hostPorts: [],
};

function byWaiting(a: Pod, b: Pod): number {
  const since = (a.unschedulableSinceMs ?? 0) - (b.unschedulableSinceMs ?? 0);
  if (since !== 0) return since;
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
