import { describe, expect, it } from '@jest/globals';
import { CLUSTERS } from '../../charts/clusters.ts';
import { IMAGES } from '../../charts/images.ts';
import { NAMESPACES } from '../../charts/namespaces.ts';
import {
  type Generated,
  generatedFiles,
  isSelectedBy,
  type Manifest,
  objectsOfCluster,
  podTemplateOf,
} from './generated-objects.ts';
import { isNamespaced } from './manifest-schemas.ts';
import { restrictedFaults } from './pod-security.ts';

const KNOWN_NAMESPACES = new Set<string>([...Object.values(NAMESPACES), 'flux-system']);
/** A workload that has one replica says in this annotation why one is enough. */
const ONE_REPLICA = 'smartscale.dev/one-replica-because';

const nameOf = ({ path, object }: Generated): string =>
  `${path}: ${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;

describe.each(CLUSTERS.map(({ name }) => name))('the objects of %s', (cluster) => {
  const all = objectsOfCluster(cluster);
  const workloads = all.filter(({ object }) => podTemplateOf(object) !== undefined);
  const containersOf = ({ object }: Generated): readonly Manifest[] => {
    const { spec } = podTemplateOf(object);
    return [...(spec.initContainers ?? []), ...spec.containers];
  };
  const namesWhere = (objects: readonly Generated[], isAtFault: (generated: Generated) => boolean) =>
    objects.filter(isAtFault).map(nameOf);
  const ofKind = (kind: string) => all.filter(({ object }) => object.kind === kind);

  it('are there once each', () => {
    const keys = all.map(
      ({ object }) => `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`,
    );
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    expect(workloads.length).toBeGreaterThan(3);
  });

  it('have a namespace that exists, or are of the whole cluster', () => {
    expect(
      namesWhere(all, ({ object }) =>
        isNamespaced(object)
          ? !KNOWN_NAMESPACES.has(object.metadata.namespace)
          : object.metadata.namespace !== undefined,
      ),
    ).toEqual([]);
  });

  it('hold no secret', () => {
    expect(namesWhere(all, ({ object }) => object.kind === 'Secret')).toEqual([]);
  });

  it('hold strings alone in their ConfigMaps', () => {
    const isText = (value: unknown) => typeof value === 'string';
    expect(
      namesWhere(ofKind('ConfigMap'), ({ object }) => !Object.values(object.data ?? {}).every(isText)),
    ).toEqual([]);
  });

  it('run only images that are pinned in charts/images.ts', () => {
    const pinned = new Set<string>(Object.values(IMAGES));
    const used = workloads.flatMap(containersOf).map((container) => container.image as string);
    expect(used.filter((image) => !pinned.has(image))).toEqual([]);
    expect([...pinned].filter((image) => !used.includes(image))).toEqual([]);
  });

  it('ask for CPU and memory and limit memory', () => {
    const isBounded = ({ resources }: Manifest) =>
      resources?.requests?.cpu !== undefined &&
      resources.requests.memory !== undefined &&
      resources.limits?.memory !== undefined;
    expect(namesWhere(workloads, (workload) => !containersOf(workload).every(isBounded))).toEqual([]);
  });

  it('are probed', () => {
    expect(
      namesWhere(workloads, ({ object }) =>
        (podTemplateOf(object).spec.containers as readonly Manifest[]).some(
          (container) => container.readinessProbe === undefined || container.livenessProbe === undefined,
        ),
      ),
    ).toEqual([]);
  });

  it('keep a disruption budget for pods that have several replicas, and a reason for those that have one', () => {
    const budgets = ofKind('PodDisruptionBudget').map(({ object }) => object);
    const isCovered = (object: Manifest) => {
      const matching = budgets.filter(
        (budget) =>
          budget.metadata.namespace === object.metadata.namespace &&
          isSelectedBy(budget.spec.selector.matchLabels, object.spec.template.metadata.labels),
      );
      if (object.spec.replicas !== 1) return matching.length === 1;
      // A budget over a single replica would keep its node from ever being drained.
      return matching.length === 0 && (object.metadata.annotations?.[ONE_REPLICA] ?? '').length > 10;
    };
    const replicated = [...ofKind('Deployment'), ...ofKind('StatefulSet')];
    expect(namesWhere(replicated, ({ object }) => !isCovered(object))).toEqual([]);
  });

  it('select by labels that their own pods carry', () => {
    expect(
      namesWhere(
        workloads,
        ({ object }) => !isSelectedBy(object.spec.selector.matchLabels, object.spec.template.metadata.labels),
      ),
    ).toEqual([]);
  });

  it('are denied all traffic by default where pods run', () => {
    const denied = new Set(
      ofKind('NetworkPolicy')
        .filter(({ object: { spec } }) => Object.keys(spec.podSelector).length === 0 && isDenial(spec))
        .map(({ object }) => object.metadata.namespace as string),
    );
    expect(namesWhere(workloads, ({ object }) => !denied.has(object.metadata.namespace))).toEqual([]);
    expect(denied).toEqual(new Set(Object.values(NAMESPACES)));
  });

  it('are what Pod Security lets into their namespace', () => {
    const levels = new Map(
      ofKind('Namespace').map(({ object: { metadata } }) => [
        metadata.name,
        metadata.labels['pod-security.kubernetes.io/enforce'],
      ]),
    );
    const restricted = workloads.filter(
      ({ object }) => levels.get(object.metadata.namespace) === 'restricted',
    );
    expect(restricted.length).toBeGreaterThan(2);
    expect(
      restricted.flatMap((workload) =>
        restrictedFaults(podTemplateOf(workload.object).spec).map((fault) => `${nameOf(workload)} ${fault}`),
      ),
    ).toEqual([]);
  });

  it('are never pruned when losing them loses what is not in Git', () => {
    expect(
      namesWhere(
        all,
        ({ object: { kind, metadata } }) =>
          ['Namespace', 'CustomResourceDefinition', 'PersistentVolumeClaim', 'NodeFleet'].includes(kind) &&
          metadata.annotations?.['kustomize.toolkit.fluxcd.io/prune'] !== 'disabled',
      ),
    ).toEqual([]);
  });
});

describe('the generated files', () => {
  it('hold nothing that Flux would substitute', () => {
    expect([...generatedFiles()].filter(([, text]) => text.includes('${')).map(([path]) => path)).toEqual([]);
  });

  it('hold nothing that is derived from where a construct stands', () => {
    const isDerived = ([, text]: readonly [string, string]) => text.includes('cdk8s.io/');
    expect([...generatedFiles()].filter(isDerived).map(([path]) => path)).toEqual([]);
  });

  it('pin no image by a tag that moves', () => {
    for (const image of Object.values(IMAGES))
      expect(image).toMatch(/:[\w.-]*\d[\w.-]*(@sha256:[0-9a-f]{64})?$/);
  });
});

function isDenial(spec: Manifest): boolean {
  return spec.policyTypes.length === 2 && spec.ingress === undefined && spec.egress === undefined;
}
