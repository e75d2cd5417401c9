import type { KubeObject } from '../harness/kube-client.ts';
import { keyOf, type PodKey } from './pod-watch.ts';
import type { Workload } from './workload.ts';

/** One place where the packer and the scheduler disagree. */
export interface Miss {
  readonly workload: Workload;
  readonly pod: PodKey;
  /** What the packer planned. */
  readonly planned: string;
  /** What the scheduler did, in its own words where there are any. */
  readonly happened: string;
}

/** One story for each application that was missed: its replicas tell the same. */
export function storiesOf(misses: readonly Miss[]): string {
  const first = new Map(
    misses.toReversed().map((miss) => [`${miss.workload.name} ${appOf(manifestOf(miss))}`, miss]),
  );
  return [...first.values()].toReversed().map(storyOf).join('\n');
}

/** The story of a miss, short enough to be read: who, planned what, what happened, and what the pod asks for. */
function storyOf(miss: Miss): string {
  const { workload, pod, planned, happened } = miss;
  const manifest = manifestOf(miss);
  const traits = workload.traits.get(appOf(manifest)) ?? [];
  return [
    `${workload.name}: pod ${pod} (${traits.join(', ') || 'plain'})`,
    `  planned:  ${planned}`,
    `  happened: ${happened}`,
    `  pod:      ${JSON.stringify(specOf(manifest))}`,
  ].join('\n');
}

/** The application that a pod belongs to. */
export function appOf(pod: KubeObject): string {
  return pod.metadata.labels?.['app'] ?? '';
}

function manifestOf({ workload, pod }: Miss): KubeObject {
  const found = workload.pods.find((manifest) => keyOf(manifest) === pod);
  if (found === undefined) throw new Error(`${workload.name} has no pod ${pod}`);
  return found;
}

function specOf(manifest: KubeObject): unknown {
  return { labels: manifest.metadata.labels, ...(manifest['spec'] as object) };
}
