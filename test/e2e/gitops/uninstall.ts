import { expect, it } from '@jest/globals';
import { CLUSTER } from '../harness/gitops-world.ts';
import type { Stage } from './stage.ts';

/** The way back out. */
export function uninstall(stage: () => Stage): void {
  it('takes nothing without --yes', async () => {
    await expect(stage().world.script('uninstall', CLUSTER)).rejects.toThrow(/--yes/);
  });

  it('takes Flux away, and leaves all that it brought: the fleet goes on by its last policy', async () => {
    const { kube, script, stopFlux } = stage().world;
    const before = await stage().nextDecision();
    await stopFlux();
    await script('uninstall', CLUSTER, '--yes');
    expect(await kube.find('/api/v1/namespaces/flux-system')).toBeUndefined();
    expect(await kube.find('/apis/kustomize.toolkit.fluxcd.io/v1')).toBeUndefined();
    const deployments = await kube.list('/apis/apps/v1/deployments');
    expect(deployments.map((deployment) => deployment.metadata.name)).toEqual(
      expect.arrayContaining(['smartscale', 'demo-app', 'grafana']),
    );
    expect(await stage().nextDecision()).toMatchObject({
      policy: before['policy'],
      revision: before['revision'],
    });
  });
}
