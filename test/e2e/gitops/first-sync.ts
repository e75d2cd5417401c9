import { expect, it } from '@jest/globals';
import { kustomizationNames, ready, untilApplied } from '../harness/flux-state.ts';
import { CLUSTER } from '../harness/gitops-world.ts';
import type { KubeObject } from '../harness/kube-client.ts';
import { measured } from '../harness/measurements.ts';
import { eventually } from '../harness/poll.ts';
import { shapeOf, shownFor } from '../harness/transcript.ts';
import type { Stage } from './stage.ts';

/** An empty cluster, the script, and nothing by hand. */
export function firstSync(stage: () => Stage): void {
  it('brings up every layer in its order', async () => {
    const { world } = stage();
    const from = performance.now();
    const installed = world.script('install', CLUSTER);
    await stage().startAutoscaler();
    await installed;
    const revision = await world.fleet.revision();
    for (const name of await kustomizationNames(world.kube)) await untilApplied(world.kube, name, revision);
    const seconds = (performance.now() - from) / 1000;
    measured({ scenario: 'first sync', what: 'install → every layer ready', seconds });
    const born = async (path: string) => (await world.kube.get(path)).metadata.creationTimestamp ?? '';
    const times = [
      await born('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/nodefleets.smartscale.dev'),
      await born('/api/v1/namespaces/smartscale'),
      await born('/apis/apps/v1/namespaces/smartscale/deployments/smartscale'),
    ];
    expect(times).toEqual(times.toSorted());
  });

  it('has every pod run on a node, in each namespace that we ship', async () => {
    const { kube } = stage().world;
    const pods = await eventually('every pod to run', async () => running(await kube.list('/api/v1/pods')), {
      deadlineMs: 120_000,
    });
    expect(new Set(pods.map((pod) => pod.metadata.namespace))).toEqual(
      new Set(['demo', 'flux-system', 'monitoring', 'node-exporter', 'smartscale']),
    );
  });

  it('may be asked for again, and the script says that all is well', async () => {
    const { world } = stage();
    await world.script('install', CLUSTER);
    const words = await world.script('status', CLUSTER);
    expect(words).toMatch(/kustomization\S*\/policy +\S+ +True +Applied revision: main@sha1:/);
  });

  it('shows the fleet as the README does', async () => {
    const { kubectl } = stage().world;
    await eventually('a ready fleet', async () => ready(await stage().nodeFleet()).status === 'True');
    const output = await kubectl.run('get', 'nodefleet', '--namespace=smartscale');
    process.stderr.write(output);
    expect(shapeOf(output)).toBe(
      shapeOf(shownFor('README.md', 'kubectl get nodefleet --namespace smartscale')),
    );
  });
}

/** Throws with the pods that do not run, and why. */
function running(pods: readonly KubeObject[]): readonly KubeObject[] {
  const waiting = pods.filter((pod) => pod['status'].phase !== 'Running');
  if (waiting.length === 0) return pods;
  const why = (pod: KubeObject) => JSON.stringify(pod['status'].conditions ?? []);
  throw new Error(
    waiting.map((pod) => `${pod.metadata.namespace}/${pod.metadata.name}: ${why(pod)}`).join('\n'),
  );
}
