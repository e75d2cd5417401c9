import { expect, it } from '@jest/globals';
import { requestReconcileOf } from '../harness/flux-state.ts';
import { measured } from '../harness/measurements.ts';
import { eventually } from '../harness/poll.ts';
import type { Stage } from './stage.ts';

const DEPLOYMENT = '/apis/apps/v1/namespaces/smartscale/deployments/smartscale';

/** What somebody edits by hand. */
export function drift(stage: () => Stage): void {
  it('is put back: an edit of the Deployment', async () => {
    const { kube, kubectl } = stage().world;
    const wanted = await kube.get(DEPLOYMENT);
    // kubectl edit, with sed for an editor.
    const seconds = 'terminationGracePeriodSeconds';
    const editor = { KUBE_EDITOR: `sed -i 's/${seconds}:.*/${seconds}: 7/'` };
    await kubectl.runWith(editor, '--namespace=smartscale', 'edit', 'deployment', 'smartscale');
    const grace = async () =>
      (await kube.get(DEPLOYMENT))['spec'].template.spec.terminationGracePeriodSeconds;
    expect(await grace()).toBe(7);
    const from = performance.now();
    // Without this, within the interval of ten minutes.
    await requestReconcileOf(kube, 'autoscaler');
    const { terminationGracePeriodSeconds: before } = wanted['spec'].template.spec;
    await eventually('the edit to be undone', async () => (await grace()) === before);
    measured({
      scenario: 'edit by hand',
      what: 'Flux looks → undone',
      seconds: (performance.now() - from) / 1000,
    });
  });

  it('is put back: a policy that was deleted, and editing one is refused', async () => {
    const { kube } = stage().world;
    const { name } = (await stage().nodeFleet())['spec'].policyRef;
    const path = `/api/v1/namespaces/smartscale/configmaps/${name}`;
    const { data } = await kube.get(path);
    await expect(kube.patch(path, { data: { 'policy.yaml': '' } })).rejects.toThrow(/immutable/);
    await kube.delete(path);
    await requestReconcileOf(kube, 'policy');
    const back = await eventually('the policy to be back', () => kube.find(path));
    expect(back['data']).toEqual(data);
  });
}
