import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { App } from 'cdk8s';
import { CLUSTERS, type ClusterSettings } from '../../charts/clusters.ts';
import { fluxComponents } from '../../charts/flux-components.ts';
import { FluxExtrasChart } from '../../charts/flux-extras.ts';
import { fluxFolders } from '../../charts/flux-folders.ts';
import { COMPATIBLE_VERSIONS, ImageAutomationChart } from '../../charts/image-automation.ts';
import { OWN_IMAGES } from '../../charts/images.ts';
import type { Manifest } from './generated-objects.ts';

const AUTOMATION = { pushSecret: 'push', author: { name: 'images', email: 'images@fleet.example' } };
const REPOSITORY = { url: 'https://git.example/fleet', branch: 'main' };

function settings(imageAutomation?: typeof AUTOMATION & { semver?: string }): ClusterSettings {
  const [first] = CLUSTERS;
  if (first === undefined) throw new Error('there is no cluster');
  const option = imageAutomation === undefined ? {} : { imageAutomation };
  return { ...first, name: 'test', flux: { repository: REPOSITORY, ...option } };
}

function objects(kind: string, cluster = settings(AUTOMATION)): readonly Manifest[] {
  const all: readonly Manifest[] = new ImageAutomationChart(new App(), 'chart', cluster).toJson();
  return all.filter((object) => object.kind === kind);
}

const FOLDER = 'flux-system/test/image-automation';
const kustomizations = (cluster: ClusterSettings): readonly Manifest[] =>
  new FluxExtrasChart(new App(), 'chart', cluster).toJson();
const components = (cluster: ClusterSettings) => JSON.stringify(fluxComponents(cluster.flux).content);

describe('image automation', () => {
  it('is off unless a cluster asks for it, and is then not even installed', () => {
    expect(CLUSTERS.filter(({ flux }) => flux.imageAutomation !== undefined)).toEqual([]);
    expect(fluxFolders(settings())[FOLDER]).toEqual({});
    expect(kustomizations(settings())).toEqual([]);
    for (const controller of ['image-automation-controller', 'image-reflector-controller']) {
      expect(components(settings())).toContain(controller);
      expect(components(settings(AUTOMATION))).not.toContain(controller);
    }
  });

  it('is a folder that Flux syncs once a cluster asks for it', () => {
    expect(Object.keys(fluxFolders(settings(AUTOMATION))[FOLDER] ?? {})).toEqual(['image-automation']);
    expect(kustomizations(settings(AUTOMATION)).map(({ spec }) => spec.path)).toEqual([`./${FOLDER}`]);
  });

  it('is on for one cluster at most, since all have the file in common', () => {
    expect(CLUSTERS.filter(({ flux }) => flux.imageAutomation !== undefined).length).toBeLessThanOrEqual(1);
  });

  it('watches each of our images, by the policy that the mark in charts/images.yaml names', () => {
    expect(
      Object.fromEntries(objects('ImageRepository').map(({ metadata, spec }) => [metadata.name, spec.image])),
    ).toEqual(
      Object.fromEntries(Object.entries(OWN_IMAGES).map(([name, image]) => [name, image.split(':')[0]])),
    );
    const marks = [...readFileSync('charts/images.yaml', 'utf8').matchAll(/"\$imagepolicy": "([^"]+)"/g)];
    expect(marks.map(([, policy = '']) => policy).sort()).toEqual(
      objects('ImagePolicy')
        .map(({ metadata }) => `${metadata.namespace}:${metadata.name}`)
        .sort(),
    );
  });

  it('takes versions that change no interface, with their digest', () => {
    for (const { metadata, spec } of objects('ImagePolicy')) {
      expect(spec).toEqual({
        imageRepositoryRef: { name: metadata.name },
        policy: { semver: { range: COMPATIBLE_VERSIONS } },
        digestReflectionPolicy: 'IfNotPresent',
      });
    }
    const [major, minor] = COMPATIBLE_VERSIONS.slice(1).split('.');
    for (const image of Object.values(OWN_IMAGES)) {
      expect(image.split(/[:@]/)[1]).toMatch(new RegExp(`^${major}\\.${minor}\\.\\d+$`));
    }
  });

  it('takes the versions that a cluster names instead', () => {
    const policies = objects('ImagePolicy', settings({ ...AUTOMATION, semver: '>=1.0.0 <2.0.0' }));
    expect(policies.map(({ spec }) => spec.policy.semver.range)).toEqual([
      '>=1.0.0 <2.0.0',
      '>=1.0.0 <2.0.0',
    ]);
  });

  it('writes to a source of synthesis, on a branch that no cluster obeys, with credentials of its own', () => {
    const [updates] = objects('ImageUpdateAutomation');
    expect(updates.spec).toMatchObject({
      git: { checkout: { ref: { branch: 'main' } }, push: { branch: 'image-updates' } },
      update: { path: './charts', strategy: 'Setters' },
    });
    const [source] = objects('GitRepository');
    expect(updates.spec.sourceRef).toEqual({ kind: 'GitRepository', name: source.metadata.name });
    expect(source.spec).toMatchObject({ url: REPOSITORY.url, secretRef: { name: 'push' } });
  });
});
