import { describe, expect, it } from '@jest/globals';
import { CLUSTER_LAYERS } from '../../charts/cluster-layers.ts';
import { CLUSTERS } from '../../charts/clusters.ts';
import { synthesize } from '../../charts/synthesize.ts';
import { type Manifest, objectOf, objectsOf } from './generated-objects.ts';

const NAMES = CLUSTERS.map(({ name }) => name);

function kustomizations(cluster: string): readonly Manifest[] {
  return ['sync', 'layers', 'policy']
    .flatMap((file) => objectsOf(`flux-system/${cluster}/${file}.yaml`))
    .filter((object) => object.kind === 'Kustomization');
}

function layer(cluster: string, name: string): Manifest {
  return kustomizations(cluster).find((object) => object.metadata.name === name);
}

describe.each(NAMES)("Flux's objects of %s", (cluster) => {
  it('bring in every layer that the charts make, the policy, and themselves', () => {
    expect(kustomizations(cluster).map((object) => object.metadata.name)).toEqual([
      'flux-system',
      ...Object.keys(CLUSTER_LAYERS),
      'policy',
    ]);
  });

  it('point at folders of this cluster only', () => {
    const { spec } = objectOf(`flux-system/${cluster}/sync.yaml`, 'GitRepository');
    for (const { path } of kustomizations(cluster).map((object) => object.spec)) {
      const isFetched = spec.sparseCheckout.some((folder: string) => `${path}/`.startsWith(`./${folder}/`));
      expect({ path, isFetched }).toEqual({ path, isFetched: true });
    }
  });

  it('look for commits every minute', () => {
    expect(objectOf(`flux-system/${cluster}/sync.yaml`, 'GitRepository').spec.interval).toBe('1m');
  });

  it('wait for layers that exist, and never in a circle', () => {
    const seen = new Set<string>();
    for (const object of kustomizations(cluster)) {
      for (const { name } of object.spec.dependsOn ?? []) {
        expect(seen).toContain(name);
      }
      seen.add(object.metadata.name);
    }
  });

  it('let the policy wait for nothing, so that no broken layer delays a revert', () => {
    expect(layer(cluster, 'policy').spec.dependsOn).toBeUndefined();
    expect(layer(cluster, 'policy').spec.path).toBe(`./clusters/${cluster}`);
  });

  it('let the autoscaler not wait for monitoring', () => {
    expect(layer(cluster, 'autoscaler').spec.dependsOn).toEqual([{ name: 'infrastructure' }]);
  });

  it('apply the policy under an account that may change ConfigMaps and NodeFleets, nothing else', () => {
    const file = `clusters/${cluster}/infrastructure/policy-access.yaml`;
    const account = objectOf(file, 'ServiceAccount').metadata;
    expect([account.name, account.namespace]).toEqual([
      layer(cluster, 'policy').spec.serviceAccountName,
      'flux-system',
    ]);
    const { metadata, rules } = objectOf(file, 'Role');
    expect(metadata.namespace).toBe('smartscale');
    expect(rules.flatMap((rule: Manifest) => rule.resources)).toEqual(['configmaps', 'nodefleets']);
    const onFleets = rules.find((rule: Manifest) => rule.resources.includes('nodefleets')).verbs;
    expect(onFleets).not.toContain('delete');
    expect(objectOf(file, 'RoleBinding').subjects).toEqual([
      { kind: 'ServiceAccount', name: account.name, namespace: 'flux-system' },
    ]);
  });

  it('never lose the source, the sync or the policy to a commit that leaves them out', () => {
    const guarded = [
      objectOf(`flux-system/${cluster}/sync.yaml`, 'GitRepository'),
      layer(cluster, 'flux-system'),
      layer(cluster, 'policy'),
    ];
    for (const { metadata } of guarded) {
      expect(metadata.annotations).toEqual({ 'kustomize.toolkit.fluxcd.io/prune': 'disabled' });
    }
  });

  it('switch on what lets a revert pass a running health check', () => {
    const { patches } = objectOf(`flux-system/${cluster}/components/kustomization.yaml`, 'Kustomization');
    const patch = patches.find((one: Manifest) => one.target?.name === 'kustomize-controller')
      .patch as string;
    expect(JSON.parse(patch)).toContainEqual({
      op: 'add',
      path: '/spec/template/spec/containers/0/args/-',
      value: '--feature-gates=CancelHealthCheckOnNewRevision=true',
    });
  });
});

describe('what a commit can never remove', () => {
  const all = [...synthesize().keys()]
    .filter((path) => path.startsWith('clusters/'))
    .flatMap((path) => objectsOf(path).map((object) => ({ path, object })));

  it.each(['Namespace', 'CustomResourceDefinition', 'PersistentVolumeClaim', 'NodeFleet'])(
    'is every %s',
    (kind) => {
      for (const { path, object } of all.filter(({ object: { kind: own } }) => own === kind)) {
        const guard = object.metadata.annotations?.['kustomize.toolkit.fluxcd.io/prune'];
        expect({ path, name: object.metadata.name, guard }).toMatchObject({ guard: 'disabled' });
      }
    },
  );

  it('is a volume of a StatefulSet', () => {
    for (const { object } of all.filter(({ object: { kind } }) => kind === 'StatefulSet')) {
      const { whenDeleted = 'Retain' } = object.spec.persistentVolumeClaimRetentionPolicy ?? {};
      expect(whenDeleted).toBe('Retain');
    }
  });

  it('and Flux substitutes nothing in what it applies', () => {
    expect(synthesize().size).toBeGreaterThan(0);
    for (const [path, text] of synthesize())
      expect({ path, hit: /postBuild/.test(text) }).toEqual({ path, hit: false });
  });
});
