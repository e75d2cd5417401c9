import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type GoToolSet, toolFolder } from './tool-cache.ts';

/** Those that run here as processes; their Deployments come from their own modules. */
export const CONTROLLERS = ['source-controller', 'kustomize-controller'] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** Those of the release that cannot be built here: a bare Deployment stands for each, and nobody answers for it. */
const ABSENT = [
  'notification-controller',
  'helm-controller',
  'image-automation-controller',
  'image-reflector-controller',
  'source-watcher',
];

const LABELS = { 'app.kubernetes.io/part-of': 'flux' } as const;
const NAMESPACE = 'flux-system';

type Manifest = Readonly<Record<string, unknown>> & { readonly metadata: Readonly<Record<string, unknown>> };

/**
 * What stands here for the release's install.yaml, which cannot be downloaded: the real CRDs, the real Deployments of the controllers
 * that run here, and bare ones for the others, labelled and named as in the release.
 */
export function releaseManifest(): string {
  const objects: Manifest[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...[...CONTROLLERS, 'flux-crds' as const].flatMap(definitions),
    ...CONTROLLERS.flatMap(account),
    ...CONTROLLERS.map((name) => inNamespace(read(join(toolFolder(name), 'manager', 'deployment.yaml')))),
    ...ABSENT.map((name) => inNamespace(bareDeployment(name))),
  ];
  return objects.map((object) => stringify(labelled(object))).join('---\n');
}

/** In the release, too, kustomize-controller may do everything: layers without an account of their own are applied by its rights. */
function account(name: Controller): readonly Manifest[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NAMESPACE } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `${name}-${NAMESPACE}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }],
    },
  ];
}

function definitions(set: GoToolSet): readonly Manifest[] {
  const folder = join(toolFolder(set), 'crds');
  return readdirSync(folder)
    .sort()
    .map((file) => read(join(folder, file)));
}

function read(file: string): Manifest {
  return parse(readFileSync(file, 'utf8')) as Manifest;
}

function inNamespace(object: Manifest): Manifest {
  return { ...object, metadata: { ...object.metadata, namespace: NAMESPACE } };
}

function labelled(object: Manifest): Manifest {
  const labels = {
    ...(object.metadata['labels'] as Readonly<Record<string, string>> | undefined),
    ...LABELS,
  };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function bareDeployment(name: string): Manifest {
  const labels = { app: name };
  const containers = [{ name: 'manager', image: `fluxcd/${name}` }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}
