import type { Offering } from '../../../src/model/offering.ts';
import type { Pod, PodAffinityTerm } from '../../../src/model/pod.ts';
import type { PackingAnswer } from '../../packing-checker/check-packing.ts';
import { Replay } from '../../packing-checker/replay.ts';
import { admitsNode, labelsOf, replayedNode } from '../../packing-checker/replayed-node.ts';
import { matches } from '../../packing-checker/selection.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

/*
 * The cheapest fleet by trying everything: sets of pods are bits of a number. For each zone, what each set costs on one
 * node, then on several; then every way to give the pods zones. About zones × 3^pods steps, so up to some ten pods.
 *
 * It knows constraints over hosts and zones as small-instances.ts makes them: spread looks at the pod's own deployment,
 * whose pods are all alike, so that what the final places satisfy can be bound in some order.
 */

/** The cheapest answer that places all pods; `undefined` when none does. */
export function exactOptimum(
  pods: readonly Pod[],
  offerings: readonly Offering[],
): PackingAnswer | undefined {
  const zones = [...new Set(offerings.map(({ zone }) => zone))];
  const plans = zones.map(
    (zone) =>
      new ZonePlan(
        pods,
        offerings.filter((offering) => offering.zone === zone),
      ),
  );
  const search = new ZoneSearch(pods, zones, plans);
  search.assign(0);
  return search.best === undefined ? undefined : answerOf(pods, offerings, search.best);
}

/** What sets of pods cost within one zone. */
class ZonePlan {
  readonly #oneNode: readonly (Offering | undefined)[];
  readonly #cost: number[] = [0];
  /** The part of the set that goes on the first node. */
  readonly #first: number[] = [0];

  constructor(pods: readonly Pod[], offerings: readonly Offering[]) {
    const sets = 1 << pods.length;
    const byPrice = [...offerings].sort((a, b) => priceOf(a) - priceOf(b));
    this.#oneNode = Array.from({ length: sets }, (_, set) => {
      const chosen = membersOf(set, pods);
      return mayShareNode(chosen) ? byPrice.find((offering) => holds(offering, chosen)) : undefined;
    });
    for (let set = 1; set < sets; set += 1) this.#split(set);
  }

  cost(set: number): number {
    return this.#cost[set] ?? Number.POSITIVE_INFINITY;
  }

  /** The nodes of the cheapest way to place the set. */
  nodes(set: number): readonly { readonly offering: Offering; readonly set: number }[] {
    const first = this.#first[set] ?? 0;
    const offering = this.#oneNode[first];
    return set === 0 || offering === undefined ? [] : [{ offering, set: first }, ...this.nodes(set ^ first)];
  }

  #split(set: number): void {
    const lowest = set & -set;
    const others = set ^ lowest;
    let cost = Number.POSITIVE_INFINITY;
    let first = 0;
    for (let part = others; ; part = (part - 1) & others) {
      const node = part | lowest;
      const total = priceOf(this.#oneNode[node]) + this.cost(set ^ node);
      if (total < cost) [cost, first] = [total, node];
      if (part === 0) break;
    }
    this.#cost[set] = cost;
    this.#first[set] = first;
  }
}

interface Best {
  readonly cost: number;
  readonly nodes: readonly { readonly offering: Offering; readonly set: number }[];
}

/** Every way to give each pod a zone, left early where the pods so far cost more than the best. */
class ZoneSearch {
  best: Best | undefined;
  readonly #pods: readonly Pod[];
  readonly #zones: readonly string[];
  readonly #plans: readonly ZonePlan[];
  readonly #sets: number[];

  constructor(pods: readonly Pod[], zones: readonly string[], plans: readonly ZonePlan[]) {
    this.#pods = pods;
    this.#zones = zones;
    this.#plans = plans;
    this.#sets = zones.map(() => 0);
  }

  assign(index: number): void {
    const cost = this.#plans.reduce((sum, plan, zone) => sum + plan.cost(this.#sets[zone] ?? 0), 0);
    if (cost >= (this.best?.cost ?? Number.POSITIVE_INFINITY)) return;
    if (index === this.#pods.length) {
      if (!this.#pods.every((pod, i) => this.#isAtPeace(pod, i))) return;
      const nodes = this.#plans.flatMap((plan, zone) => plan.nodes(this.#sets[zone] ?? 0));
      this.best = { cost, nodes };
      return;
    }
    const bit = 1 << index;
    for (let zone = 0; zone < this.#zones.length; zone += 1) {
      this.#sets[zone] = (this.#sets[zone] ?? 0) | bit;
      this.assign(index + 1);
      this.#sets[zone] = (this.#sets[zone] ?? 0) ^ bit;
    }
  }

  /** Whether what the pod asks of zones holds, with all pods in theirs. */
  #isAtPeace(pod: Pod, index: number): boolean {
    const inZones = this.#sets.map((set) => membersOf(set, this.#pods));
    const own = this.#sets.findIndex((set) => (set & (1 << index)) !== 0);
    const neighbours = inZones[own] ?? [];
    const count = (zone: number, term: PodAffinityTerm) =>
      (inZones[zone] ?? []).filter((other) => other !== pod && picks(term, other)).length;
    const apart = overZones(pod.podAntiAffinity).every((term) => count(own, term) === 0);
    // Pods that seek their own kind end up in one zone: each but the first needs another in its zone before it.
    const near = overZones(pod.podAffinity).every((term) =>
      picks(term, pod)
        ? this.#zones.every((_, zone) => zone === own || count(zone, term) === 0)
        : count(own, term) > 0,
    );
    if (!apart || !near) return false;
    return overZones(pod.topologySpread).every(({ maxSkew, selector }) => {
      const counts = inZones.map((there) => there.filter(({ labels }) => matches(selector, labels)).length);
      return neighbours.length === 0 || (counts[own] ?? 0) - Math.min(...counts) <= maxSkew;
    });
  }
}

function overZones<T extends { readonly topologyKey: string }>(terms: readonly T[]): readonly T[] {
  return terms.filter(({ topologyKey }) => topologyKey === ZONE);
}

function membersOf(set: number, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter((_, i) => (set & (1 << i)) !== 0);
}

function mayShareNode(pods: readonly Pod[]): boolean {
  return pods.every((pod) => {
    const apart = pod.podAntiAffinity.filter(({ topologyKey }) => topologyKey === HOST);
    const spread = pod.topologySpread.filter(({ topologyKey }) => topologyKey === HOST);
    return (
      pods.every((other) => other === pod || !apart.some((term) => picks(term, other))) &&
      spread.every(
        ({ maxSkew, selector }) => pods.filter(({ labels }) => matches(selector, labels)).length <= maxSkew,
      )
    );
  });
}

function holds(offering: Offering, pods: readonly Pod[]): boolean {
  const { cpuMillis, memoryMiB, pods: slots } = offering.allocatable;
  const labels = labelsOf('', offering);
  return (
    pods.length <= slots &&
    pods.reduce((sum, { requests }) => sum + requests.cpuMillis, 0) <= cpuMillis &&
    pods.reduce((sum, { requests }) => sum + requests.memoryMiB, 0) <= memoryMiB &&
    pods.every((pod) => admitsNode(pod, labels))
  );
}

function picks({ selector, namespaces }: PodAffinityTerm, pod: Pod): boolean {
  return namespaces.includes(pod.namespace) && matches(selector, pod.labels);
}

function priceOf(offering: Offering | undefined): number {
  return offering?.priceUsdPerHour ?? Number.POSITIVE_INFINITY;
}

/** Puts the bindings in an order that holds: always a pod that may be bound now. */
function answerOf(
  pods: readonly Pod[],
  offerings: readonly Offering[],
  { cost, nodes }: Best,
): PackingAnswer {
  const replay = new Replay(offerings);
  const planned = nodes.map(({ offering, set }, i) => ({
    id: `n${i + 1}`,
    offering,
    node: replayedNode(`n${i + 1}`, offering, []),
    pods: membersOf(set, pods),
  }));
  const waiting = new Set(planned.flatMap(({ node, pods: there }) => there.map((pod) => ({ pod, node }))));
  const bindings: { pod: string; node: string }[] = [];
  for (let isStuck = false; !isStuck;) {
    isStuck = true;
    for (const entry of waiting) {
      if (replay.refusal(entry.pod, entry.node) !== undefined) continue;
      replay.bind(entry.pod, entry.node);
      bindings.push({ pod: entry.pod.name, node: entry.node.id });
      waiting.delete(entry);
      isStuck = false;
    }
  }
  if (waiting.size > 0) throw new Error('the exact optimum cannot be bound in any order tried: it is wrong');
  return {
    nodes: planned.map(({ id, offering: { type, zone, lifecycle, priceUsdPerHour } }) => {
      return { id, type, zone, lifecycle, priceUsdPerHour };
    }),
    bindings,
    unplaced: [],
    costUsdPerHour: cost,
  };
}
