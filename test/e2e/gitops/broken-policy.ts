import { expect, it } from '@jest/globals';
import { conditionOf, kustomization, ready, untilApplied } from '../harness/flux-state.ts';
import { CLUSTER } from '../harness/gitops-world.ts';
import { measured } from '../harness/measurements.ts';
import { eventually } from '../harness/poll.ts';
import { shapeOf, shownFor } from '../harness/transcript.ts';
import type { Stage } from './stage.ts';

const SCENARIO = 'broken policy';

/** A commit that breaks a rule, and its revert. */
export function brokenPolicy(stage: () => Stage): void {
  let good: unknown;

  it('shows in its Kustomization with field and rule, while the last good policy is obeyed', async () => {
    const { world } = stage();
    good = (await stage().nextDecision())['policy'];
    stage().editPolicy('min: 2', 'min: 12');
    const from = performance.now();
    const since = () => (performance.now() - from) / 1000;
    const revision = await stage().pushed(() => world.fleet.push('More than the maximum'));
    const rejected = await eventually('the rejection', async () => {
      const { policy } = (await stage().nodeFleet())['status'];
      return policy.rejected?.revision === revision ? policy.rejected : undefined;
    });
    measured({ scenario: SCENARIO, what: 'push → rejected by the autoscaler', seconds: since() });
    expect(JSON.stringify(rejected.faults)).toContain('nodes.min');
    const condition = await eventually('the policy layer to fail', async () => {
      const object = await kustomization(world.kube, 'policy');
      const isJudged = object['status'].lastAttemptedRevision === revision;
      return isJudged && ready(object).status === 'False' ? ready(object) : undefined;
    });
    measured({ scenario: SCENARIO, what: 'push → layer not ready (health check of 30 s)', seconds: since() });
    expect(condition.message).toMatch(/policy\.yaml:\d+ nodes\.max = 10: .*nodes\.min \(12\)/);
    expect((await stage().nextDecision())['policy']).toBe(good);
    await expect(world.script('status', CLUSTER)).rejects.toThrow(
      /not everything is as the newest commit says/,
    );
    const output = await world.kubectl.run('get', 'kustomization', 'policy', '--namespace=flux-system');
    process.stderr.write(output);
    const shown = shownFor('docs/gitops.md', 'kubectl get kustomization policy --namespace flux-system');
    expect(shapeOf(output)).toBe(shapeOf(shown));
  });

  it('is healed by a revert as fast as a good commit is taken back', async () => {
    const { world } = stage();
    const from = performance.now();
    const revision = await stage().pushed(() => world.fleet.pushRevert());
    await eventually('no rejection', async () => {
      const fleet = await stage().nodeFleet();
      return conditionOf(fleet, 'Synced').status === 'True' && fleet['status'].policy.rejected === undefined;
    });
    const seconds = (performance.now() - from) / 1000;
    measured({ scenario: 'revert of a broken policy', what: 'push → healed', seconds, goalSeconds: 3 });
    await untilApplied(world.kube, 'policy', revision);
    expect((await stage().nextDecision())['policy']).toBe(good);
  });
}
