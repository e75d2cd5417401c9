import { expect, it } from '@jest/globals';
import type { LogLine } from '../harness/autoscaler-process.ts';
import { measured } from '../harness/measurements.ts';
import type { Stage } from './stage.ts';

/** A threshold changed and reverted. */
export function policyCommits(stage: () => Stage): void {
  let before: LogLine;

  it('is in force with the next decision, which names its digest and revision', async () => {
    before = await stage().nextDecision();
    stage().editPolicy('upPercent: 70', 'upPercent: 60');
    const push = () => stage().world.fleet.push('Grow at 60 % CPU');
    const decision = await stage().decided('cpu 70 → 60', push, { withStages: true });
    expect(decision['policy']).not.toBe(before['policy']);
    const { accepted } = (await stage().nodeFleet())['status'].policy;
    expect([accepted.digest, accepted.revision]).toEqual([decision['policy'], decision['revision']]);
  });

  it('is taken back by `git revert` as fast, and by the very policy of before', async () => {
    const decision = await stage().decided('revert of it', () => stage().world.fleet.pushRevert());
    expect(decision['policy']).toBe(before['policy']);
  });

  it('arrives by the poll of a minute too, when nobody tells Flux', async () => {
    stage().editPolicy('upPercent: 70', 'upPercent: 65');
    const from = performance.now();
    const revision = await stage().world.fleet.push('Grow at 65 % CPU');
    const decision = await stage().decisionBy(revision, 90_000);
    const seconds = (performance.now() - from) / 1000;
    measured({ scenario: 'cpu 70 → 65', what: 'push → decision, by the poll of a minute alone', seconds });
    expect(decision['policy']).not.toBe(before['policy']);
  });
}
