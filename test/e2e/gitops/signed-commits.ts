import { expect, it } from '@jest/globals';
import { conditionOf, ready, repository } from '../harness/flux-state.ts';
import { CLUSTER } from '../harness/gitops-world.ts';
import { eventually } from '../harness/poll.ts';
import { SigningKey } from '../harness/signing-key.ts';
import type { Stage } from './stage.ts';

const SECRETS = '/api/v1/namespaces/flux-system/secrets';

/** Signed commits only, once `verifyCommits` is set. */
export function signedCommits(stage: () => Stage): void {
  it('takes a signed commit, and lets one that is not signed change nothing', async () => {
    const { fleet, kube } = stage().world;
    const key = SigningKey.create('Ada <ada@example.com>');
    try {
      const metadata = { name: 'commit-keys' };
      await kube.create(SECRETS, { metadata, stringData: { 'ada.asc': key.publicKey } });
      // As the chart writes it for `verifyCommits: { keysSecret: 'commit-keys' }`.
      const verify = '  verify:\n    mode: HEAD\n    secretRef:\n      name: commit-keys\n';
      fleet.edit(`flux-system/${CLUSTER}/sync.yaml`, '  timeout: 60s\n', `  timeout: 60s\n${verify}`);
      fleet.signAs(key.environment);
      await stage().pushed(() => fleet.push('Take signed commits only'));
      await eventually('the signature to be checked', async () => {
        return conditionOf(await repository(kube), 'SourceVerified').status === 'True';
      });
      stage().editPolicy('upPercent: 65', 'upPercent: 62');
      const signed = await stage().decided('signed commit', () => fleet.push('Grow at 62 % CPU'));

      fleet.signAs(undefined);
      stage().editPolicy('upPercent: 62', 'upPercent: 61');
      await stage().pushed(() => fleet.push('Grow at 61 % CPU'));
      const refused = await eventually('the commit to be refused', async () => {
        const condition = ready(await repository(kube));
        return condition.status === 'False' ? condition : undefined;
      });
      expect(refused.message).toMatch(/signature/);
      expect(await stage().nextDecision()).toMatchObject({
        policy: signed['policy'],
        revision: signed['revision'],
      });
    } finally {
      key.destroy();
    }
  });
}
