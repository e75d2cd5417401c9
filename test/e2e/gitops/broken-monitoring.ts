import { expect, it } from '@jest/globals';
import { kustomization, ready } from '../harness/flux-state.ts';
import { CLUSTER } from '../harness/gitops-world.ts';
import { eventually } from '../harness/poll.ts';
import type { Stage } from './stage.ts';

const FOLDER = `clusters/${CLUSTER}/monitoring`;
const BROKEN = {
  'that cannot be built': 'kind: [Dashboard',
  'whose pods never run': JSON.stringify(stuckDeployment()),
} as const;

/** A layer that cannot come up, in either of the two ways. */
export function brokenMonitoring(stage: () => Stage): void {
  it.each(Object.entries(BROKEN))('%s delays no policy commit and no revert', async (kind, text) => {
    const { fleet, kube } = stage().world;
    fleet.write(`${FOLDER}/extra.yaml`, text);
    fleet.edit(`${FOLDER}/kustomization.yaml`, 'resources:', 'resources:\n  - extra.yaml');
    const broken = await stage().pushed(() => fleet.push('Break monitoring'));
    await eventually('monitoring to be at the broken commit', async () => {
      const object = await kustomization(kube, 'monitoring');
      return object['status'].lastAttemptedRevision === broken && ready(object).status !== 'True';
    });
    stage().editPolicy('upPercent: 65', 'upPercent: 60');
    await stage().decided(`policy, monitoring ${kind}`, () => fleet.push('Grow at 60 % CPU'));
    await stage().decided(`revert, monitoring ${kind}`, () => fleet.pushRevert());
    expect(ready(await kustomization(kube, 'monitoring')).status).not.toBe('True');
    await fleet.pushRevertOf(broken);
    // The script is what tells Flux here; it fails unless every layer has the commit and is ready.
    await stage().world.script('reconcile', CLUSTER);
  });
}

/** Wants a node that does not exist. */
function stuckDeployment(): unknown {
  const labels = { app: 'stuck' };
  const containers = [{ name: 'stuck', image: 'stuck:1' }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'stuck', namespace: 'monitoring' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { nodeSelector: { 'no-such': 'node' }, containers } },
    },
  };
}
