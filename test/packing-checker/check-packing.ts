import type { DaemonOverhead } from '../../src/model/daemon-overhead.ts';
import type { Offering } from '../../src/model/offering.ts';
import type { Pod } from '../../src/model/pod.ts';
import { Replay } from './replay.ts';
import { type ReplayedNode, replayedNode } from './replayed-node.ts';

/** An answer of the packer in the words of `smartscale pack --json`. */
export interface PackingAnswer {
  readonly nodes: readonly AnsweredNode[];
  readonly bindings: readonly { readonly pod: string; readonly node: string }[];
  readonly unplaced: readonly { readonly pod: string; readonly reason: string }[];
  readonly costUsdPerHour: number;
}

interface AnsweredNode extends Pick<Offering, 'type' | 'zone' | 'lifecycle' | 'priceUsdPerHour'> {
  readonly id: string;
}

export interface PackingTask {
  readonly pods: readonly Pod[];
  readonly offerings: readonly Offering[];
  /** @default none */
  readonly daemons?: readonly DaemonOverhead[];
  /** @default no bound */
  readonly maxNodes?: number;
}

/**
 * What is wrong with an answer, a sentence for each fault; empty when nothing is. Replays the bindings one by one with all
 * planned nodes present, as the real scheduler would judge them. Shares no code with the packer: only the model's types.
 */
export function checkPacking(task: PackingTask, answer: PackingAnswer): readonly string[] {
  const { daemons = [], maxNodes = Number.POSITIVE_INFINITY } = task;
  const priced = task.offerings.filter(({ priceUsdPerHour }) => priceUsdPerHour !== undefined);
  const faults: string[] = [];
  const nodes = new Map<string, ReplayedNode>();
  const offeringOf = new Map(priced.map((offering) => [wordsFor(offering), offering]));
  for (const node of answer.nodes) {
    const offering = offeringOf.get(wordsFor(node));
    if (nodes.has(node.id)) faults.push(`node ${node.id} is there twice`);
    else if (offering === undefined) faults.push(`node ${node.id} is of no offering`);
    else nodes.set(node.id, replayedNode(node.id, offering, daemons));
  }
  if (answer.nodes.length > maxNodes) faults.push(`${answer.nodes.length} nodes, ${maxNodes} allowed`);
  const replay = new Replay(priced);
  faults.push(...costFaults(answer), ...completenessFaults(task.pods, answer));
  faults.push(...replayFaults(task.pods, answer, { replay, nodes }));
  const mayGrow = answer.nodes.length < maxNodes;
  const fresh = mayGrow ? priced.map((one) => replayedNode('a new node', one, daemons)) : [];
  faults.push(...unplacedFaults(task.pods, answer, { replay, nodes: [...nodes.values(), ...fresh] }));
  return faults;
}

function wordsFor({ type, zone, lifecycle, priceUsdPerHour }: Omit<AnsweredNode, 'id'>): string {
  return JSON.stringify([type, zone, lifecycle, priceUsdPerHour]);
}

function costFaults({ nodes, bindings, costUsdPerHour }: PackingAnswer): readonly string[] {
  const sum = nodes.reduce((total, { priceUsdPerHour = Number.NaN }) => total + priceUsdPerHour, 0);
  const used = new Set(bindings.map(({ node }) => node));
  const isOff = !(Math.abs(sum - costUsdPerHour) <= 1e-6 * Math.max(1, sum));
  return [
    ...(isOff ? [`the cost is said to be ${costUsdPerHour}, the nodes cost ${sum}`] : []),
    ...nodes.filter(({ id }) => !used.has(id)).map(({ id }) => `node ${id} is bought for nothing`),
  ];
}

function completenessFaults(pods: readonly Pod[], { bindings, unplaced }: PackingAnswer): readonly string[] {
  const times = new Map(pods.map(({ name }) => [name, 0]));
  const faults: string[] = [];
  for (const { pod } of [...bindings, ...unplaced]) {
    const before = times.get(pod);
    if (before === undefined) faults.push(`nobody asked for pod ${pod}`);
    else times.set(pod, before + 1);
  }
  for (const [name, count] of times) if (count !== 1) faults.push(`pod ${name} is answered ${count} times`);
  for (const { pod, reason } of unplaced) if (reason === '') faults.push(`no reason is given for pod ${pod}`);
  return faults;
}

function replayFaults(
  pods: readonly Pod[],
  { bindings }: PackingAnswer,
  { replay, nodes }: { readonly replay: Replay; readonly nodes: ReadonlyMap<string, ReplayedNode> },
): readonly string[] {
  const byName = new Map(pods.map((pod) => [pod.name, pod]));
  return bindings.flatMap(({ pod: name, node: id }, index) => {
    const pod = byName.get(name);
    const node = nodes.get(id);
    if (pod === undefined) return [];
    if (node === undefined) return [`binding ${index}: ${name} is put on ${id}, which is no node`];
    const why = replay.refusal(pod, node);
    replay.bind(pod, node);
    return why === undefined ? [] : [`binding ${index}: ${name} may not be put on ${id}: ${why}`];
  });
}

/** A pod is rightly left out only when, with all others bound, neither a planned nor one more node would take it. */
function unplacedFaults(
  pods: readonly Pod[],
  { unplaced }: PackingAnswer,
  { replay, nodes }: { readonly replay: Replay; readonly nodes: readonly ReplayedNode[] },
): readonly string[] {
  const byName = new Map(pods.map((pod) => [pod.name, pod]));
  return unplaced.flatMap(({ pod: name }) => {
    const pod = byName.get(name);
    const home =
      pod === undefined ? undefined : nodes.find((node) => replay.refusal(pod, node) === undefined);
    return home === undefined
      ? []
      : [`pod ${name} is left out, but fits ${home.id} (${JSON.stringify(home.labels)})`];
  });
}
