import type { Offering } from '../../../src/model/offering.ts';
import { RandomStream } from '../../../src/simulate/base/random-stream.ts';
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
  /** The controllers that the pods say they have; nothing acts for them. */
  readonly owners: readonly KubeObject[];
  readonly budgets: readonly KubeObject[];
  /** Volumes and the claims bound to them. */
  readonly volumes: readonly KubeObject[];
  /** Without owner references, which need the owners' uids: `ownedPods` adds them. */
  readonly pods: readonly KubeObject[];
  /** By application: the traits that were drawn for it, for the story of a miss. */
  readonly traits: ReadonlyMap<string, readonly string[]>;
}

const PODS = { from: 5, to: 60 };

/** The workload of this seed, always the same. */
export function drawWorkload(seed: number | string): Workload {
  const chance = new RandomStream(seed);
  const offerings = drawOfferings(chance);
  const drafts: Draft[] = [];
  const volumes: KubeObject[] = [];
  const drawing: Drawing = { chance, offerings, drafts, volumes };
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
    owners: drafts.flatMap(ownerOf),
    budgets: drafts.flatMap(budgetOf),
    volumes,
    pods: interleaved(drafts, chance),
    traits: new Map(drafts.map(({ app, traits }) => [app, traits])),
  };
}

/** Every replica of every application, in an order that has nothing to do with who belongs together. */
function interleaved(drafts: readonly Draft[], chance: RandomStream): readonly KubeObject[] {
  const pods = drafts.flatMap((draft) =>
    Array.from({ length: draft.replicas }, (_, index) => podOf(draft, index)),
  );
  return pods
    .map((pod) => ({ pod, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ pod }) => pod);
}

function podOf({ app, namespace, labels, annotations, spec }: Draft, index: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${app}-${index}`, namespace, labels, annotations },
    spec,
  };
}

function ownerOf({ app, namespace, labels, owner, replicas, spec }: Draft): readonly KubeObject[] {
  if (owner === undefined) return [];
  const selector = { matchLabels: { app } };
  // The pods of these tests are made from the draft: what the template says is looked at by nobody.
  const template = { metadata: { labels }, spec: { containers: spec.containers } };
  return [
    {
      apiVersion: 'apps/v1',
      kind: owner,
      metadata: { name: app, namespace, labels },
      spec: { replicas, selector, template, ...(owner === 'StatefulSet' && { serviceName: app }) },
    },
  ];
}

function budgetOf({ app, namespace, budget }: Draft): readonly KubeObject[] {
  if (budget === undefined) return [];
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: app, namespace },
      spec: { ...budget, selector: { matchLabels: { app } } },
    },
  ];
}

/** The workload's pods as their controllers would have made them: `owners` as the API server stored these. */
export function ownedPods(
  { pods }: Pick<Workload, 'pods'>,
  owners: readonly KubeObject[],
): readonly KubeObject[] {
  const byName = new Map(
    owners.map((owner) => [`${owner.metadata.namespace}/${owner.metadata.name}`, owner]),
  );
  return pods.map((pod) => {
    const { namespace, labels } = pod.metadata;
    const owner = byName.get(`${namespace}/${labels?.['app']}`);
    if (owner === undefined) return pod;
    const { name, uid } = owner.metadata;
    const reference = { apiVersion: 'apps/v1', kind: owner.kind, name, uid, controller: true };
    return { ...pod, metadata: { ...pod.metadata, ownerReferences: [reference] } };
  });
}
