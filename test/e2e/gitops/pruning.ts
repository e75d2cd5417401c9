import { expect, it } from '@jest/globals';
import { kustomizationNames, untilApplied } from '../harness/flux-state.ts';
import { CLUSTER } from '../harness/gitops-world.ts';
import { eventually } from '../harness/poll.ts';
import type { Stage } from './stage.ts';

const DEMO = '/apis/apps/v1/namespaces/demo/deployments';
const NAMESPACES = ['demo', 'monitoring', 'node-exporter', 'smartscale'];
const DEFINITION = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/nodefleets.smartscale.dev';

/** What leaves Git. */
export function pruning(stage: () => Stage): void {
  it('takes an app out of the cluster, and leaves its namespace', async () => {
    const { fleet, kube } = stage().world;
    expect(await kube.list(DEMO)).not.toEqual([]);
    fleet.write(`clusters/${CLUSTER}/apps/kustomization.yaml`, emptyLayer());
    await stage().pushed(() => fleet.push('Remove the demo'));
    await eventually('the app to be gone', async () => (await kube.list(DEMO)).length === 0);
    expect((await kube.get('/api/v1/namespaces/demo'))['status'].phase).toBe('Active');
    await stage().pushed(() => fleet.pushRevert());
    await eventually('the app to be back', async () => (await kube.list(DEMO)).length > 0);
  });

  it('never takes a namespace, a CRD, a volume or the policy, not even when a commit drops every layer', async () => {
    const { fleet, kube } = stage().world;
    const volumes = await kube.list('/api/v1/persistentvolumeclaims');
    expect(volumes).not.toEqual([]);
    const fleetBefore = await stage().nodeFleet();
    fleet.edit(`flux-system/${CLUSTER}/kustomization.yaml`, '  - layers.yaml\n', '');
    await stage().pushed(() => fleet.push('Drop every layer'));
    await eventually('the layers to be gone', async () => {
      const names = await kustomizationNames(kube);
      return names.toSorted().join() === 'flux-system,policy';
    });
    await eventually('their workloads to be gone', async () => {
      const apps = await kube.list('/apis/apps/v1/deployments');
      return apps.every((app) => app.metadata.namespace === 'flux-system');
    });
    for (const name of NAMESPACES) {
      expect((await kube.get(`/api/v1/namespaces/${name}`))['status'].phase).toBe('Active');
    }
    expect((await kube.get(DEFINITION)).metadata.deletionTimestamp).toBeUndefined();
    const uids = (await kube.list('/api/v1/persistentvolumeclaims')).map((claim) => claim.metadata.uid);
    expect(uids).toEqual(volumes.map((claim) => claim.metadata.uid));
    expect((await stage().nodeFleet()).metadata.uid).toBe(fleetBefore.metadata.uid);
  });

  it('comes back with the revert, and goes on by the policy of before', async () => {
    const { fleet, kube } = stage().world;
    const before = stage().decisions().at(-1);
    const revision = await stage().pushed(() => fleet.pushRevert());
    await untilApplied(kube, 'autoscaler', revision);
    // The account is a new one: the pod of before could not have gone on either.
    await stage().startAutoscaler();
    expect((await stage().nextDecision())['policy']).toBe(before?.['policy']);
  });
}

/** Kustomize takes no empty layer. */
function emptyLayer(): string {
  return 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nconfigMapGenerator:\n  - {name: empty, namespace: demo}\n';
}
