import { describe, expect, it } from '@jest/globals';
import { CLUSTERS } from '../../charts/clusters.ts';
import { objectsOfEveryOption } from './every-option.ts';
import { type Manifest, objectOf, objectsOfCluster } from './generated-objects.ts';
import { schemaFaults } from './manifest-schemas.ts';

const AUTOSCALER = 'clusters/production/autoscaler/autoscaler.yaml';

/** A copy of the autoscaler's Deployment, changed. */
function deployment(change: (copy: Manifest) => void): Manifest {
  const copy = structuredClone(objectOf(AUTOSCALER, 'Deployment'));
  change(copy);
  return copy;
}

describe('the schemas of the API server', () => {
  it.each(CLUSTERS.map(({ name }) => name))('take every object of %s', (cluster) => {
    const faults = objectsOfCluster(cluster).flatMap(({ path, object }) =>
      schemaFaults(object).map((fault) => `${path}: ${object.kind} ${object.metadata.name} ${fault}`),
    );
    expect(faults).toEqual([]);
  });

  it('take the objects of every option that is off by default', () => {
    const objects = objectsOfEveryOption();
    expect(objects.map((object) => object.kind)).toEqual(
      expect.arrayContaining(['Receiver', 'Alert', 'Provider', 'Ingress', 'ImageUpdateAutomation']),
    );
    expect(objects.flatMap((object) => schemaFaults(object))).toEqual([]);
  });

  it.each<[string, (copy: Manifest) => void, string]>([
    [
      'a field that does not exist',
      (o) => (o.spec.replica = 2),
      '/spec must NOT have additional properties replica',
    ],
    [
      'a field in the wrong place',
      (o) => (o.spec.template.spec.containers[0].runAsNonRoot = true),
      '/spec/template/spec/containers/0 must NOT have additional properties runAsNonRoot',
    ],
    [
      'a text where a number belongs',
      (o) => (o.spec.replicas = '2'),
      '/spec/replicas must be integer integer',
    ],
    [
      'a missing field',
      (o) => delete o.spec.selector,
      "/spec must have required property 'selector' selector",
    ],
  ])('refuse %s', (_what, change, fault) => {
    expect(schemaFaults(deployment(change))).toEqual([fault]);
  });

  it('refuse a number in a ConfigMap, which YAML lets pass', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'limits' }, data: { max: 10 } };
    expect(schemaFaults(object)).toEqual(['/data/max must be string string']);
  });

  it("refuse what Flux's and our own definitions do not know", () => {
    const fleet = structuredClone(objectOf('clusters/production/node-fleet.yaml', 'NodeFleet'));
    fleet.spec.policy = {};
    const repository = structuredClone(objectOf('flux-system/production/sync.yaml', 'GitRepository'));
    delete repository.spec.url;
    expect(schemaFaults(fleet)).toEqual(['/spec must NOT have additional properties policy']);
    expect(schemaFaults(repository)).toEqual(["/spec must have required property 'url' url"]);
  });

  it('refuse a kind that nobody has brought, and say how to bring it', () => {
    expect(schemaFaults({ apiVersion: 'batch/v9', kind: 'Job' })).toEqual([
      'batch/v9 Job has no schema: node test/e2e/write-manifest-schemas.ts brings it',
    ]);
  });
});
