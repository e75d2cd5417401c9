import type { Offering } from '../../../src/model/offering.ts';
import { Chance } from '../../../src/simulate/chance.ts';
import type { KubeObject } from '../harness/kube-client.ts';
import { drawApp } from './draw-app.ts';
import { drawDaemonSets } from './draw-daemon-sets.ts';
import { drawOfferings } from './draw-offerings.ts';
import type { Draft, Drawing } from './drawing.ts';

/** Objects of a random cluster that is still without nodes, and what nodes may be bought. */
export interface Workload {
  /** Begins the names of its nodes. */
  readonly name: string;
  readonly offerings: readonly Offering[];
  readonly daemonSets: readonly KubeObject[];
  /** Volumes and the claims bound to them. */
  readonly volumes: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  /** By application: the traits that were drawn for it, for the story of a miss. */
  readonly traits: ReadonlyMap<string, readonly string[]>;
}

const PODS = { from: 5, to: 60 };

/** The workload of this seed, always the same; no application gets a trait that is withheld. */
export function drawWorkload(seed: number | string, withheld: ReadonlySet<string> = new Set()): Workload {
  const chance = new Chance(seed);
  const offerings = drawOfferings(chance);
  const drafts: Draft[] = [];
  const volumes: KubeObject[] = [];
  const drawing: Drawing = { chance, offerings, drafts, volumes, withheld };
  let missing = PODS.from + chance.integer(PODS.to - PODS.from + 1);
  while (missing > 0) {
    const draft = drawApp(drawing, missing);
    drafts.push(draft);
    missing -= draft.replicas;
  }
  return {
    name: `w${seed}`,
    offerings,
    daemonSets: drawDaemonSets(drawing),
    volumes,
    pods: interleaved(drafts, chance),
    traits: new Map(drafts.map(({ app, traits }) => [app, traits])),
  };
}

/** Every replica of every application, in an order that has nothing to do with who belongs together. */
function interleaved(drafts: readonly Draft[], chance: Chance): readonly KubeObject[] {
  const pods = drafts.flatMap((draft) =>
    Array.from({ length: draft.replicas }, (_, index) => podOf(draft, index)),
  );
  return pods
    .map((pod) => ({ pod, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ pod }) => pod);
}

function podOf({ app, namespace, labels, spec }: Draft, index: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${app}-${index}`, namespace, labels },
    spec,
  };
}
