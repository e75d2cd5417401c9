import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { CLUSTERS, type ClusterSettings } from '../../../charts/clusters.ts';
import { filesOf } from '../../../charts/synthesize.ts';
import { untilApplied } from '../harness/flux-state.ts';
import { CLUSTER } from '../harness/gitops-world.ts';
import { ageKey, encryptSecret } from '../harness/sops.ts';
import type { Stage } from './stage.ts';

const EXTRAS = ['notifications', 'image-automation', 'secrets'];
const NAMESPACE = '/api/v1/namespaces/flux-system';
const NOTIFICATIONS = '/apis/notification.toolkit.fluxcd.io';

/** What is off by default, switched on by a commit; the objects meet the real definitions of their kinds. */
export function options(stage: () => Stage): void {
  it('brings in receiver, Slack, image automation and encrypted Secrets', async () => {
    const { fleet, kube } = stage().world;
    const { secret, recipient } = ageKey();
    await kube.create(`${NAMESPACE}/secrets`, {
      metadata: { name: 'age' },
      stringData: { 'age.agekey': secret },
    });
    const [url] = /(?<=url: )\S+/.exec(fleet.read(`flux-system/${CLUSTER}/sync.yaml`)) ?? [''];
    for (const [path, text] of filesOf(everythingOn(url))) {
      if (path.startsWith('flux-system/') && !path.includes('/components/')) fleet.write(path, text);
    }
    const file = `clusters/${CLUSTER}/secrets/slack.yaml`;
    fleet.write(file, stringify(slackSecret()));
    encryptSecret(join(fleet.folder, file), recipient);
    expect(fleet.read(file)).not.toContain('hooks.example');
    const revision = await stage().pushed(() => fleet.push('Switch everything on'));
    for (const name of EXTRAS) await untilApplied(kube, name, revision);

    const { data } = await kube.get(`${NAMESPACE}/secrets/slack`);
    expect(Buffer.from(data.address, 'base64').toString()).toBe('https://hooks.example/1');
    const receiver = await kube.get(`${NOTIFICATIONS}/v1/namespaces/flux-system/receivers/push`);
    expect(receiver['spec'].secretRef.name).toBe('webhook-token');
    const alert = await kube.get(`${NOTIFICATIONS}/v1beta3/namespaces/flux-system/alerts/slack`);
    expect(alert['spec'].providerRef.name).toBe('slack');
    await stage().pushed(() => fleet.pushRevert());
  });
}

function everythingOn(url: string): ClusterSettings {
  const cluster = CLUSTERS.find(({ name }) => name === CLUSTER);
  if (cluster === undefined) throw new Error(`charts/clusters.ts has no ${CLUSTER}`);
  return {
    ...cluster,
    flux: {
      repository: { url, branch: 'main' },
      receiver: { type: 'github', tokenSecret: 'webhook-token', host: 'flux.example', tlsSecret: 'flux-tls' },
      slack: { channel: 'fleet', urlSecret: 'slack' },
      sops: { ageKeySecret: 'age' },
      imageAutomation: { pushSecret: 'push', author: { name: 'Flux', email: 'flux@example.com' } },
    },
  };
}

function slackSecret(): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'slack', namespace: 'flux-system' },
    stringData: { address: 'https://hooks.example/1' },
  };
}
