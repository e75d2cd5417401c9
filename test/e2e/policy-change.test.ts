import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogLine } from './harness/autoscaler-process.ts';
import { expectNothingLeaked, untilSettled } from './harness/fleet-state.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { STEADY, testPolicy } from './harness/test-policy.ts';
import { NAMESPACE, POLICY_CONFIGMAP, startWorld, type World } from './harness/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld('policy-change');
  world.exporters.setAll(STEADY);
  await world.setPolicy(testPolicy({ shrink: false }), 'main@sha1:1');
  await world.autoscaler.start();
  await untilSettled(world, 2);
});

afterAll(async () => {
  await world?.stop();
});

function linesAfter(count: number): readonly LogLine[] {
  return world.autoscaler.log().slice(count);
}

/** The first decision after so many lines, once it is there. */
async function decisionAfter(count: number): Promise<LogLine> {
  return eventually('a decision', () => linesAfter(count).find((line) => line['msg'] === 'decision'));
}

describe('a commit that changes the policy', () => {
  it('is in force with the next decision, which names the new digest and revision', async () => {
    const before = await decisionAfter(0);
    const seen = world.autoscaler.log().length;
    const from = performance.now();
    await world.setPolicy(testPolicy({ shrink: false, cpuUpPercent: 60 }), 'main@sha1:2');
    const isAccepted = (line: LogLine) => line['msg'] === 'policy accepted';
    const decision = await eventually('a decision after the new policy was accepted', () => {
      const lines = linesAfter(seen);
      const at = lines.findIndex(isAccepted);
      return at < 0 ? undefined : lines.slice(at).find((line) => line['msg'] === 'decision');
    });
    measured({
      scenario: 'threshold changed',
      what: 'applied → decided by it',
      seconds: (performance.now() - from) / 1000,
    });
    const accepted = linesAfter(seen).find(isAccepted);
    expect(accepted?.['policy']).not.toBe(before['policy']);
    expect(decision['policy']).toBe(accepted?.['policy']);
    expect(decision['revision']).toBe('main@sha1:2');
  });

  it('is what `plan` decides by, which reads the live cluster and account and changes neither', async () => {
    const calls = () =>
      world.proxy.callsOf('CreateFleet').length + world.proxy.callsOf('TerminateInstances').length;
    const [before, seen] = [calls(), world.autoscaler.log().length];
    const from = performance.now();
    const { code, stdout, stderr } = await world.autoscaler.command('plan', '--json');
    measured({
      scenario: 'plan',
      what: 'the command, from start to end',
      seconds: (performance.now() - from) / 1000,
    });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('smartscale:')]);
    const plan = JSON.parse(stdout) as { policy: { digest: string }; kept: { reason: { text: string } }[] };
    const decision = await decisionAfter(seen);
    expect(plan).toMatchObject({
      currentNodes: 2,
      desiredNodes: 2,
      actions: [],
      policy: { digest: decision['policy'] },
    });
    expect(plan.kept).toHaveLength(2);
    const words = await world.autoscaler.command('plan');
    expect(words.stdout).toContain('Would do nothing.');
    expect(words.stdout).toContain(plan.kept[0]?.reason.text.slice(0, 12));
    expect(calls()).toBe(before);
  });

  it('changes what is done: a higher minimum is a further worker', async () => {
    const from = performance.now();
    await world.setPolicy(testPolicy({ shrink: false, min: 3 }), 'main@sha1:3');
    await untilSettled(world, 3);
    measured({
      scenario: 'minimum raised',
      what: 'applied → 3 ready workers',
      seconds: (performance.now() - from) / 1000,
    });
    await expectNothingLeaked(world);
  });

  it('leaves the last good policy in force when it is invalid, and says so', async () => {
    const good = (await decisionAfter(world.autoscaler.log().length))['policy'];
    const seen = world.autoscaler.log().length;
    const from = performance.now();
    await world.setPolicy(testPolicy({ min: 9, max: 4 }), 'main@sha1:4');
    const rejected = await eventually('the rejection in the log', () =>
      linesAfter(seen).find((line) => String(line['msg']).startsWith('policy rejected')),
    );
    measured({
      scenario: 'invalid policy',
      what: 'applied → rejected in the log',
      seconds: (performance.now() - from) / 1000,
    });
    expect(JSON.stringify(rejected['faults'])).toMatch(/nodes\.(min|max)/);
    const event = await eventually('an Event that says so', async () => {
      const events = await world.kube.list(`/api/v1/namespaces/${NAMESPACE}/events`);
      return events.find((e) => e['reason'] === 'PolicyRejected');
    });
    expect(event['type']).toBe('Warning');
    expect(event['involvedObject']).toMatchObject({ kind: 'ConfigMap', name: POLICY_CONFIGMAP });
    const next = await decisionAfter(world.autoscaler.log().length);
    expect(next['policy']).toBe(good);
    await untilSettled(world, 3);
  });

  it('is taken back by the old text: the same digest again', async () => {
    const seen = world.autoscaler.log().length;
    await world.setPolicy(testPolicy({ shrink: false, min: 3 }), 'main@sha1:5');
    const next = await eventually('a decision at the new revision', () =>
      linesAfter(seen).find((line) => line['msg'] === 'decision' && line['revision'] === 'main@sha1:5'),
    );
    const first = world.autoscaler
      .log()
      .find((line) => line['msg'] === 'decision' && line['revision'] === 'main@sha1:3');
    expect(next['policy']).toBe(first?.['policy']);
  });
});
