import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ClusterSettings } from './clusters.ts';
import { FLUX } from './flux-kustomization.ts';
import type { FluxSettings } from './flux-settings.ts';
import { OWN_IMAGES } from './images.ts';

/**
 * Versions that are taken when the settings name no others: while the first number is 0, the second one may break what worked, so only
 * the third. From 1.0.0 on, `>=1.0.0 <2.0.0` says the same.
 */
export const COMPATIBLE_VERSIONS = '^0.1.0';

/** The branch that newer versions are pushed to; .github/workflows/image-updates.yml makes a pull request of it. */
export const UPDATE_BRANCH = 'image-updates';

/** Folder with the file whose marked values are written. */
const UPDATED_FOLDER = './charts';
const API = 'image.toolkit.fluxcd.io/v1';

type ImageAutomationSettings = NonNullable<FluxSettings['imageAutomation']>;

/**
 * Looks for newer versions of the project's own images and writes them into charts/images.yaml, on a branch of its own: what is generated
 * from that file has to follow before it may reach the branch that clusters obey.
 */
export class ImageAutomationChart extends Chart {
  constructor(scope: Construct, id: string, { flux }: ClusterSettings) {
    super(scope, id);
    if (flux.imageAutomation === undefined) return;
    for (const [name, image] of Object.entries(OWN_IMAGES)) {
      addPolicy(this, { name, image, settings: flux.imageAutomation });
    }
    addUpdates(this, flux.repository, flux.imageAutomation);
  }
}

function addPolicy(
  chart: Chart,
  { name, image, settings }: { name: string; image: string; settings: ImageAutomationSettings },
): void {
  const { semver = COMPATIBLE_VERSIONS, registrySecret } = settings;
  const metadata = { name, namespace: FLUX };
  new ApiObject(chart, `${name}-repository`, {
    apiVersion: API,
    kind: 'ImageRepository',
    metadata,
    spec: {
      image: repositoryOf(image),
      interval: '10m',
      ...(registrySecret === undefined ? {} : { secretRef: { name: registrySecret } }),
    },
  });
  new ApiObject(chart, `${name}-policy`, {
    apiVersion: API,
    kind: 'ImagePolicy',
    metadata,
    // With its digest, so that a tag that is moved later changes nothing.
    spec: {
      imageRepositoryRef: { name },
      policy: { semver: { range: semver } },
      digestReflectionPolicy: 'IfNotPresent',
    },
  });
}

function addUpdates(
  chart: Chart,
  { url, branch }: FluxSettings['repository'],
  { pushSecret, author }: ImageAutomationSettings,
): void {
  const metadata = { name: UPDATE_BRANCH, namespace: FLUX };
  // A source of its own: what clusters follow is read with credentials that cannot write.
  new ApiObject(chart, 'source', {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata,
    spec: {
      interval: '1h',
      url,
      ref: { branch },
      sparseCheckout: ['charts'],
      secretRef: { name: pushSecret },
    },
  });
  new ApiObject(chart, 'updates', {
    apiVersion: API,
    kind: 'ImageUpdateAutomation',
    metadata,
    spec: {
      interval: '10m',
      sourceRef: { kind: 'GitRepository', name: UPDATE_BRANCH },
      git: {
        checkout: { ref: { branch } },
        commit: { author: { ...author }, messageTemplate: MESSAGE },
        push: { branch: UPDATE_BRANCH },
      },
      update: { path: UPDATED_FOLDER, strategy: 'Setters' },
    },
  });
}

const MESSAGE = `Run newer images

{{ range .Changed.Changes -}}
{{ .OldValue }} -> {{ .NewValue }}
{{ end -}}
`;

/** An image without its tag and digest. */
function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}
