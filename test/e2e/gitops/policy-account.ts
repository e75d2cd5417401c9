import { expect, it } from '@jest/globals';
import { kustomization, ready, untilApplied } from '../harness/flux-state.ts';
import { CLUSTER } from '../harness/gitops-world.ts';
import { shippedObjects } from '../harness/manifests.ts';
import { eventually } from '../harness/poll.ts';
import { needs, rightsGiven, rightText } from '../harness/used-rights.ts';
import type { Stage } from './stage.ts';

const ACCOUNT = { namespace: 'flux-system', name: 'policy-reconciler' };
const FOLDER = `clusters/${CLUSTER}`;
const INTRUDER = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'intruder' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'mallory' }],
};

/** What a commit to the policy's own folder can do. */
export function policyAccount(stage: () => Stage): void {
  it('is refused when it is anything but the policy, and changes nothing', async () => {
    const { fleet, kube } = stage().world;
    const before = await stage().nextDecision();
    fleet.write(`${FOLDER}/intruder.yaml`, JSON.stringify(INTRUDER));
    fleet.edit(`${FOLDER}/kustomization.yaml`, 'resources:', 'resources:\n  - intruder.yaml');
    const revision = await stage().pushed(() => fleet.push('Let mallory in'));
    const condition = await eventually('the policy layer to fail', async () => {
      const object = await kustomization(kube, 'policy');
      const isJudged = object['status'].lastAttemptedRevision === revision;
      return isJudged && ready(object).status === 'False' ? ready(object) : undefined;
    });
    expect(condition.message).toMatch(/intruder.*forbidden.*policy-reconciler/);
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/intruder';
    expect(await kube.find(path)).toBeUndefined();
    expect((await stage().nextDecision())['policy']).toBe(before['policy']);
    await untilApplied(kube, 'policy', await stage().pushed(() => fleet.pushRevert()));
  });

  it('has every right that it needs for the policy, and none that it does not, by the audit log', () => {
    const roles = shippedObjects('infrastructure').filter(
      ({ kind, metadata }) => kind === 'Role' && metadata.name === ACCOUNT.name,
    );
    // A patch that makes an object is asked for `create` too, without a line of its own in the log.
    const given = rightsGiven(roles).filter(({ verb }) => verb !== 'create');
    expect(given).toHaveLength(5);
    const calls = stage().world.audit.callsOf(ACCOUNT);
    const unused = given.filter((right) => !calls.some((call) => call.isAllowed && needs(call, right)));
    expect(unused.map(rightText)).toEqual([]);
    // In the first sync the policy does not wait for the layer that brings its rights: it is tried again.
    const once = calls.findIndex(
      (call) => call.isAllowed && call.verb === 'patch' && call.resource === 'nodefleets',
    );
    const refused = calls
      .slice(once)
      .filter((call) => !call.isAllowed && call.resource !== 'clusterrolebindings');
    expect(refused).toEqual([]);
  });
}
