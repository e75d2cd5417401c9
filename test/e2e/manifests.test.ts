import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CLUSTER_LAYERS } from '../../charts/cluster-layers.ts';
import { CLUSTERS } from '../../charts/clusters.ts';
import { objectsOfEveryOption } from '../charts/every-option.ts';
import { type Generated, objectsOfCluster, podTemplateOf } from '../charts/generated-objects.ts';
import { SCHEMA_FILE } from '../charts/manifest-schemas.ts';
import { ControlPlane } from './harness/control-plane.ts';
import { fluxDefinitions } from './harness/flux-definitions.ts';
import type { KubeClient, KubeObject } from './harness/kube-client.ts';
import { applyObject } from './harness/manifests.ts';
import { openApiSchemas, schemaText } from './harness/openapi-schemas.ts';
import { shippedKinds } from './harness/shipped-kinds.ts';
import { startTogether, type Together } from './harness/together.ts';

let world: Together & { readonly kube: KubeClient };

beforeAll(async () => {
  world = await startTogether('manifests', async (folder, started) => {
    const plane = await ControlPlane.start(folder);
    started(plane, () => plane.stop());
    return { kube: plane.admin };
  });
  // What installing Flux brings.
  await applyObject(world.kube, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'flux-system' },
  });
  for (const definition of fluxDefinitions()) await applyObject(world.kube, definition);
});

afterAll(async () => {
  await world?.stop();
});

/** In the order in which Flux brings the layers, then the policy, then what Flux itself is told. */
function inOrder(cluster: string): readonly Generated[] {
  const folders = [
    ...Object.keys(CLUSTER_LAYERS).map((layer) => `clusters/${cluster}/${layer}/`),
    `clusters/${cluster}/`,
    `flux-system/${cluster}/`,
  ];
  const place = ({ path }: Generated) => folders.findIndex((folder) => path.startsWith(folder));
  return objectsOfCluster(cluster).toSorted((a, b) => place(a) - place(b));
}

/** What the API server warned of while this ran. */
async function warningsOf(work: () => Promise<void>): Promise<readonly string[]> {
  const before = world.kube.warnings.length;
  await work();
  return world.kube.warnings.slice(before);
}

describe.each(CLUSTERS.map(({ name }) => name))('the manifests of %s', (cluster) => {
  it('are taken by the API server without a warning', async () => {
    const objects = inOrder(cluster);
    expect(objects.length).toBeGreaterThan(50);
    const warnings = await warningsOf(async () => {
      for (const { object } of objects) await applyObject(world.kube, object);
    });
    expect(warnings).toEqual([]);
  });

  it('change nothing when they are applied again', async () => {
    for (const { object } of inOrder(cluster)) {
      const [first, second] = [await applyObject(world.kube, object), await applyObject(world.kube, object)];
      expect(versionOf(second)).toBe(versionOf(first));
    }
  });

  it('make pods that Pod Security admits', async () => {
    const workloads = objectsOfCluster(cluster).filter(({ object }) => podTemplateOf(object) !== undefined);
    const warnings = await warningsOf(async () => {
      for (const { object } of workloads) {
        const { metadata, spec } = podTemplateOf(object);
        const { name, namespace } = object.metadata;
        const claims = (object.spec.volumeClaimTemplates ?? []) as readonly KubeObject[];
        const volumes = claims.map((claim) => ({
          name: claim.metadata.name,
          persistentVolumeClaim: { claimName: claim.metadata.name },
        }));
        const whole = { ...spec, volumes: [...(spec.volumes ?? []), ...volumes] };
        await tryPod(namespace, { ...metadata, name: `try-${name}` }, whole);
      }
    });
    expect(warnings).toEqual([]);
    expect(workloads.length).toBeGreaterThan(4);
  });
});

describe('the API server of this test', () => {
  it('refuses a pod that Pod Security forbids', async () => {
    const container = { name: 'shell', image: 'docker.io/library/busybox:1' };
    await expect(tryPod('smartscale', { name: 'unbounded' }, { containers: [container] })).rejects.toThrow(
      'violates PodSecurity',
    );
  });

  it('refuses a field that it does not know', async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'wrong', namespace: 'smartscale' },
      datas: { key: 'value' },
    };
    await expect(applyObject(world.kube, object)).rejects.toThrow('field not declared in schema');
  });

  it('has the schemas that the manifests are checked against without it', async () => {
    const schemas = await openApiSchemas(world.kube, shippedKinds());
    expect(schemaText(schemas)).toBe(readFileSync(SCHEMA_FILE, 'utf8'));
  });

  it('takes the objects of every option that is off by default', async () => {
    const warnings = await warningsOf(async () => {
      for (const object of objectsOfEveryOption()) await applyObject(world.kube, object as KubeObject);
    });
    expect(warnings).toEqual([]);
  });
});

/** What changes with what is asked for; the resource version alone changes with the status, too. */
function versionOf({ metadata }: KubeObject): number | string | undefined {
  return metadata.generation ?? metadata.resourceVersion;
}

async function tryPod(namespace: string, metadata: object, spec: object): Promise<void> {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
  await world.kube.create(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod);
}
