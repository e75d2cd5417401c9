import type { Settings } from './settings.ts';

/** Tags of everything that is made here. Not the tag `Cluster`: by that one the autoscaler knows its own workers. */
export function tagsOf({ clusterName }: Settings, name: string): Record<string, string> {
  return { Name: name, Project: 'smartscale', ManagedBy: 'pulumi', Stack: clusterName };
}
