import { describe, expect, it } from '@jest/globals';
import { CLUSTERS } from '../../charts/clusters.ts';
import { type Manifest, objectOf } from './generated-objects.ts';

const definition = () => objectOf('clusters/production/crds/node-fleet.yaml', 'CustomResourceDefinition');
const version = () => definition().spec.versions[0];
const schema = () => version().schema.openAPIV3Schema;

/** The schema's part that a JSONPath such as `.status.nodes.desired` leads to; conditions are filtered by their type. */
function partAt(jsonPath: string): Manifest {
  const keys = jsonPath.replace(/\[\?\(@\.type=="(Ready|Synced)"\)\]/, '.items').split('.');
  return keys
    .slice(1)
    .reduce((part, key) => (key === 'items' ? part.items : part?.properties?.[key]), schema());
}

/** Every schema inside this one, itself included. */
function parts(part: Manifest): readonly Manifest[] {
  const inner = [...Object.values(part.properties ?? {}), ...(part.items === undefined ? [] : [part.items])];
  return [part, ...inner.flatMap(parts)];
}

describe('the definition of NodeFleet', () => {
  it('shows what people ask first, and the revision and the fault on request', () => {
    const columns: readonly Manifest[] = version().additionalPrinterColumns;
    const names = (priority: number | undefined) =>
      columns.filter((column) => column.priority === priority).map((column) => column.name);
    expect(names(undefined)).toEqual([
      'Ready',
      'Desired',
      'Nodes',
      'Spot',
      'Cost/h',
      'Policy',
      'Reason',
      'Age',
    ]);
    expect(names(1)).toEqual(['Revision', 'Message']);
  });

  it('has a field of the right type under each column', () => {
    for (const { jsonPath, type, name } of version().additionalPrinterColumns) {
      if (jsonPath.startsWith('.metadata.')) continue;
      expect({ name, type: partAt(jsonPath)?.type }).toEqual({ name, type });
    }
  });

  it('is strict: every part has a type and a description, and none lets unknown fields through', () => {
    const all = parts(schema());
    expect(all.length).toBeGreaterThan(30);
    for (const part of all) {
      expect(part).toMatchObject({ type: expect.any(String), description: expect.any(String) });
      expect(part['x-kubernetes-preserve-unknown-fields']).toBeUndefined();
      if (part.type === 'object') expect(Object.keys(part.properties ?? {})).not.toEqual([]);
    }
  });

  it('keeps what the autoscaler writes apart from what people write', () => {
    expect(version().subresources).toEqual({ status: {} });
    expect(schema().required).toEqual(['spec']);
    expect(schema().properties.spec.required).toEqual(['policyRef']);
  });

  it('lets each condition type stand once, so that writers merge and do not append', () => {
    expect(schema().properties.status.properties.conditions).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    });
  });

  it('is never pruned: the last good policy would go with it', () => {
    expect(definition().metadata.annotations['kustomize.toolkit.fluxcd.io/prune']).toBe('disabled');
  });
});

describe('the policy layer of a cluster', () => {
  it.each(CLUSTERS.map(({ name }) => name))('of %s names its fleet after the cluster', (name) => {
    const fleet = objectOf(`clusters/${name}/node-fleet.yaml`, 'NodeFleet');
    expect(fleet.metadata).toMatchObject({ name, namespace: 'smartscale' });
    expect(fleet.metadata.annotations['kustomize.toolkit.fluxcd.io/prune']).toBe('disabled');
  });

  it('lets kustomize write the name of the generated ConfigMap into the fleet', () => {
    const folder = 'clusters/production';
    const kustomization = objectOf(`${folder}/kustomization.yaml`, 'Kustomization');
    const [generator] = kustomization.configMapGenerator;
    expect(objectOf(`${folder}/node-fleet.yaml`, 'NodeFleet').spec.policyRef.name).toBe(generator.name);
    expect(kustomization.configurations).toEqual(['name-references.yaml']);
    expect(kustomization.resources).toEqual(['node-fleet.yaml']);
  });
});
