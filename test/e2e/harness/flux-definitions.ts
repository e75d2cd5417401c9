import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from './kube-client.ts';
import { toolFolder } from './tool-cache.ts';

/** The CustomResourceDefinitions of Flux, of the versions that this tier pins. */
export function fluxDefinitions(): readonly KubeObject[] {
  const folders = (['source-controller', 'kustomize-controller', 'flux-crds'] as const).map((set) =>
    join(toolFolder(set), 'crds'),
  );
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .sort()
      .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as KubeObject),
  );
}
