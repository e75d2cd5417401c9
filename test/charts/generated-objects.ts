import { parseAllDocuments } from 'yaml';
import { synthesize } from '../../charts/synthesize.ts';

/** An object of a manifest. Tests read it loosely; schemas and the API server check its shape. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Manifest = any;

/** An object and the generated file that it is in. */
export interface Generated {
  readonly path: string;
  readonly object: Manifest;
}

/** Synthesis takes a second, and always gives the same. */
let files: ReturnType<typeof synthesize> | undefined;

export function generatedFiles(): ReturnType<typeof synthesize> {
  files ??= synthesize();
  return files;
}

/** The objects of one generated file, such as `clusters/production/autoscaler/autoscaler.yaml`. */
export function objectsOf(path: string): readonly Manifest[] {
  const text = generatedFiles().get(path);
  if (text === undefined) throw new Error(`no chart makes ${path}`);
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** The only object of a kind in a generated file. */
export function objectOf(path: string, kind: string): Manifest {
  const found = objectsOf(path).filter((object) => object.kind === kind);
  if (found.length !== 1) throw new Error(`${path} has ${found.length} objects of kind ${kind}, not one`);
  return found[0];
}

/** Every object that the API server is given for a cluster; what only kustomize reads is none. */
export function objectsOfCluster(cluster: string): readonly Generated[] {
  return [...generatedFiles().keys()]
    .filter((path) => path.startsWith(`clusters/${cluster}/`) || path.startsWith(`flux-system/${cluster}/`))
    .flatMap((path) => objectsOf(path).map((object) => ({ path, object })))
    .filter(({ object }) => object.kind !== undefined && !object.apiVersion.startsWith('kustomize.config'));
}

/** The pod template of a workload; `undefined` for every other object. */
export function podTemplateOf(object: Manifest): Manifest {
  switch (object.kind) {
    case 'DaemonSet':
    case 'Deployment':
    case 'Job':
    case 'StatefulSet':
      return object.spec.template;
    case 'CronJob':
      return object.spec.jobTemplate.spec.template;
    case 'Pod':
      return object;
    default:
      return undefined;
  }
}

export type Labels = Readonly<Record<string, string>>;

/** Whether `matchLabels` of a selector take in an object with these labels. */
export function isSelectedBy(matchLabels: Labels, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}
