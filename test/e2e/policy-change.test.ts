import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeFleetStatus } from '../../src/adapters/kubernetes/policy/node-fleet-resource.ts';
import type { LogLine } from './harness/autoscaler-process.ts';
import { eventsOn, expectNothingLeaked, isCordoned, untilSettled, workers } from './harness/fleet-state.ts';
import { attempt } from './harness/flux-stand-in.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { IDLE, STEADY, testPolicy } from './harness/test-policy.ts';
import { deploy, runningPods } from './harness/workloads.ts';
import { FLEET, NAMESPACE, startWorld, type World } from './harness/world.ts';

const FLEETS = `/apis/smartscale.dev/v1/namespaces/${NAMESPACE}/nodefleets`;
const GOOD = testPolicy({ shrink: false, min: 3 });
const APP = 'web';
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

/** The first decision after this many lines, once it is there. */
async function decisionAfter(count: number): Promise<LogLine> {
  return eventually('a decision', () => linesAfter(count).find((line) => line['msg'] === 'decision'));
}

async function fleetStatus(): Promise<NodeFleetStatus> {
  return ((await world.kube.get(`${FLEETS}/${FLEET.name}`))['status'] ?? {}) as NodeFleetStatus;
}

/** The status once it has judged the newest generation and `Synced` stands as wanted. */
async function untilSynced(status: 'True' | 'False'): Promise<NodeFleetStatus> {
  return eventually(`Synced to be ${status}`, async () => {
    const fleet = await world.kube.get(`${FLEETS}/${FLEET.name}`);
    const found = (fleet['status'] ?? {}) as NodeFleetStatus;
    const isJudged = found.observedGeneration === (fleet.metadata as { generation?: number }).generation;
    return isJudged && conditionOf(found, 'Synced')?.status === status ? found : undefined;
  });
}

function conditionOf(status: NodeFleetStatus, type: string) {
  return status.conditions?.find((condition) => condition.type === type);
}

describe('the NodeFleet', () => {
  it('says what is in force, and of the fleet what kubectl shows', async () => {
    const status = await eventually('a ready fleet', async () => {
      const found = await fleetStatus();
      return conditionOf(found, 'Ready')?.status === 'True' ? found : undefined;
    });
    expect(status).toMatchObject({
      policy: { accepted: { revision: 'main@sha1:1', digest: (await decisionAfter(0))['policy'] } },
      nodes: { desired: 2, current: 2, ready: 2, min: 2, max: 6 },
      costUsdPerHour: expect.stringMatching(/^0\.\d{4}$/),
    });
  });

  it.each([
    ['a name that is no tag value', { metadata: { name: 'a.b' } }, 'the name is the cluster'],
    ['no policy', { spec: {} }, 'spec.policyRef: Required value'],
    ['a policy reference without a name', { spec: { policyRef: { name: '' } } }, 'spec.policyRef.name'],
    ['a field that does not exist', { spec: { policyRef: { name: 'a' }, max: 9 } }, 'spec.max'],
  ])('is refused with %s', async (_what, parts, why) => {
    const object = {
      apiVersion: 'smartscale.dev/v1',
      kind: 'NodeFleet',
      spec: { policyRef: { name: 'a' } },
      ...parts,
      metadata: { namespace: NAMESPACE, name: 'other', ...('metadata' in parts ? parts.metadata : {}) },
    };
    const creation = world.kube.create(`${FLEETS}?dryRun=All&fieldValidation=Strict`, object);
    await expect(creation).rejects.toThrow(why);
  });
});

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
    const scenario = 'threshold changed';
    measured({ scenario, what: 'applied → decided by it', seconds: (performance.now() - from) / 1000 });
    const status = await untilSynced('True');
    measured({ scenario, what: 'applied → NodeFleet says so', seconds: (performance.now() - from) / 1000 });
    const accepted = linesAfter(seen).find(isAccepted);
    expect(accepted?.['policy']).not.toBe(before['policy']);
    expect(decision['policy']).toBe(accepted?.['policy']);
    expect(decision['revision']).toBe('main@sha1:2');
    expect(status.policy?.accepted).toMatchObject({ digest: decision['policy'], revision: 'main@sha1:2' });
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
      policy: { digest: decision['policy'], revision: 'main@sha1:2' },
    });
    expect(plan.kept).toHaveLength(2);
    const words = await world.autoscaler.command('plan');
    expect(words.stdout).toContain('Would do nothing.');
    expect(words.stdout).toContain(plan.kept[0]?.reason.text.slice(0, 12));
    expect(calls()).toBe(before);
  });

  it('changes what is done: a higher minimum is a further worker', async () => {
    const from = performance.now();
    await world.setPolicy(GOOD, 'main@sha1:3');
    await untilSettled(world, 3);
    measured({
      scenario: 'minimum raised',
      what: 'applied → 3 ready workers',
      seconds: (performance.now() - from) / 1000,
    });
    await expectNothingLeaked(world);
  });
});

describe('an invalid policy', () => {
  it('leaves the last good one in force; log, Event and NodeFleet say so with field and rule', async () => {
    const good = (await decisionAfter(world.autoscaler.log().length))['policy'];
    const seen = world.autoscaler.log().length;
    const from = performance.now();
    await world.setPolicy(testPolicy({ min: 9, max: 4 }), 'main@sha1:4');
    const rejected = await eventually('the rejection in the log', () =>
      linesAfter(seen).find((line) => String(line['msg']).startsWith('policy rejected')),
    );
    const scenario = 'invalid policy';
    measured({ scenario, what: 'applied → rejected in the log', seconds: (performance.now() - from) / 1000 });
    const status = await untilSynced('False');
    measured({ scenario, what: 'applied → NodeFleet says so', seconds: (performance.now() - from) / 1000 });
    expect(rejected).toMatchObject({ policy: good, document: { revision: 'main@sha1:4' } });
    expect(JSON.stringify(rejected['faults'])).toMatch(/nodes\.(min|max)/);
    for (const type of ['Ready', 'Synced'])
      expect(conditionOf(status, type)).toMatchObject({
        status: 'False',
        reason: 'PolicyRejected',
        message: expect.stringMatching(
          /^policy\.yaml:\d+ nodes\.m\w+ = \d: .+; .+ \| policy [0-9a-f]{12} at main@sha1:3 stays in force$/,
        ),
      });
    expect(status.policy).toMatchObject({
      accepted: { digest: good, revision: 'main@sha1:3' },
      rejected: { revision: 'main@sha1:4' },
    });
    const event = await eventually('an Event that says so', async () => {
      const events = await world.kube.list(`/api/v1/namespaces/${NAMESPACE}/events`);
      return events.find((e) => e['reason'] === 'PolicyRejected');
    });
    expect(event['type']).toBe('Warning');
    expect(event['involvedObject']).toMatchObject({ kind: 'NodeFleet', name: FLEET.name });
    const next = await decisionAfter(world.autoscaler.log().length);
    expect(next).toMatchObject({ policy: good, revision: 'main@sha1:3' });
    await untilSettled(world, 3);
  });

  it('does not take the last good one away from an autoscaler that is killed, though its ConfigMap is pruned', async () => {
    const { accepted } = (await fleetStatus()).policy ?? {};
    const configMaps = await world.kube.list(`/api/v1/namespaces/${NAMESPACE}/configmaps`);
    expect(configMaps.map(({ metadata }) => metadata.name)).not.toContain(accepted?.configMap);
    await world.autoscaler.kill();
    const seen = world.autoscaler.log().length;
    await world.autoscaler.start();
    expect(await decisionAfter(seen)).toMatchObject({ policy: accepted?.digest, revision: 'main@sha1:3' });
    const rejected = linesAfter(seen).find((line) => String(line['msg']).startsWith('policy rejected'));
    expect(rejected).toMatchObject({ policy: accepted?.digest, document: { revision: 'main@sha1:4' } });
    expect((await untilSynced('False')).policy?.accepted?.since).toBe(accepted?.since);
    await untilSettled(world, 3);
    await expectNothingLeaked(world);
  });

  it('is taken back by the old text: the same digest, named by the commit that reverts', async () => {
    const seen = world.autoscaler.log().length;
    const from = performance.now();
    await world.setPolicy(GOOD, 'main@sha1:5');
    const next = await eventually('a decision at the new revision', () =>
      linesAfter(seen).find((line) => line['msg'] === 'decision' && line['revision'] === 'main@sha1:5'),
    );
    measured({
      scenario: 'revert',
      what: 'applied → decided by it',
      seconds: (performance.now() - from) / 1000,
    });
    const first = world.autoscaler
      .log()
      .find((line) => line['msg'] === 'decision' && line['revision'] === 'main@sha1:3');
    expect(next['policy']).toBe(first?.['policy']);
    const status = await untilSynced('True');
    expect(status.policy?.rejected).toBeUndefined();
  });
});

describe('a commit that does not touch the policy', () => {
  it('is no news: decisions go on naming the commit that brought the policy', async () => {
    const seen = world.autoscaler.log().length;
    await attempt(world.kube, 'main@sha1:6');
    for (let decisions = 0; decisions < 2; decisions += 1) {
      const next = await decisionAfter(world.autoscaler.log().length);
      expect(next['revision']).toBe('main@sha1:5');
    }
    expect(linesAfter(seen).filter((line) => String(line['msg']).startsWith('policy '))).toEqual([]);
  });
});

describe('a commit in the middle of a drain', () => {
  it('that says suspend calls it off and uncordons the node; its revert lets the fleet shrink', async () => {
    const shrinking = testPolicy({ min: 2 });
    await deploy(world.kube, { name: APP, replicas: 3, cpu: '900m' });
    await eventually('three running pods', async () => (await runningPods(world.kube, APP)).length === 3);
    const held = world.gate.holdEvictions();
    world.exporters.setAll(IDLE);
    await world.setPolicy(shrinking, 'main@sha1:7');
    await held.reached();
    const draining = (await workers(world.kube)).filter(isCordoned).map(({ metadata }) => metadata.name);
    expect(draining).toHaveLength(1);
    const from = performance.now();
    await world.setPolicy({ ...shrinking, suspend: true }, 'main@sha1:8');
    held.release();
    await eventually('the cordon to be taken off', async () => !(await workers(world.kube)).some(isCordoned));
    measured({
      scenario: 'suspended in mid-drain',
      what: 'applied → uncordoned',
      seconds: (performance.now() - from) / 1000,
    });
    const event = await eventually('an Event on the node', async () =>
      (await eventsOn(world.kube, 'Node', draining[0] ?? '')).find((e) => e['reason'] === 'RemovalAborted'),
    );
    expect(event['message']).toContain('the policy says suspend: true');
    await eventually('three running pods', async () => (await runningPods(world.kube, APP)).length === 3);
    await untilSettled(world, 3);
    await world.setPolicy(shrinking, 'main@sha1:9');
    await untilSettled(world, 2);
    await expectNothingLeaked(world);
  });
});
