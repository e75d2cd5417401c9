import { describe, expect, it } from '@jest/globals';
import { Controller, decideOnce } from '../../src/loop/controller.ts';
import type { ReportEvent } from '../../src/ports.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../builders/fleet.ts';
import { aPendingPod } from '../builders/pod.ts';
import { aPolicy } from '../builders/policy.ts';
import { ActWorld } from '../fakes/act-world.ts';
import { ScriptedPolicySource } from '../fakes/scripted-policy-source.ts';
import { ScriptedTelemetry } from '../fakes/scripted-telemetry.ts';

/** Two workers are wanted and are there; nothing else asks for anything. */
const CALM = 'nodes: {min: 2, max: 6}\n';

function aController({ policy = CALM, workers = 2 } = {}) {
  const world = new ActWorld();
  const zones = ['ap-southeast-1a', 'ap-southeast-1b'];
  for (let i = 0; i < workers; i += 1) {
    const zone = zones[i % 2] ?? '';
    world.cluster.nodes.push(aNode({ name: `i-${i + 1}`, zone }));
    world.cloud.list.push(anInstance({ id: `i-${i + 1}`, zone }));
  }
  const telemetry = new ScriptedTelemetry(world.clock);
  const policySource = new ScriptedPolicySource(policy === 'none' ? undefined : policy);
  const controller = new Controller({ ...world.ports, telemetry, policySource });
  const stop = new AbortController();
  const running = controller.run(stop.signal);
  const stopped = async () => {
    stop.abort();
    await running;
  };
  return { world, telemetry, policySource, controller, stopped };
}

const ofKind = <K extends ReportEvent['kind']>(world: ActWorld, kind: K) =>
  world.events.filter((event): event is Extract<ReportEvent, { kind: K }> => event.kind === kind);
const decisions = (world: ActWorld) => ofKind(world, 'decision');
const writes = (world: ActWorld) => world.log.filter((line) => line !== 'offerings');

describe('Controller', () => {
  it('makes one decision of many changes that come together', async () => {
    const { world, stopped } = aController();
    await world.clock.advance(1_000);
    expect(decisions(world)).toHaveLength(1);
    for (let i = 0; i < 20; i += 1) world.cluster.change();
    await world.clock.advance(1_000);
    expect(decisions(world)).toHaveLength(2);
    await stopped();
  });

  it('decides at its interval although nothing changes', async () => {
    const { world, stopped } = aController();
    await world.clock.advance(61_000);
    expect(decisions(world)).toHaveLength(5);
    await stopped();
  });

  it('keeps to its interval though the time of day is set back by an hour, and asks telemetry on (F13)', async () => {
    const { world, telemetry, stopped } = aController();
    await world.clock.advance(61_000);
    const asked = telemetry.queries.length;
    world.clock.jump(-3_600_000);
    await world.clock.advance(60_000);
    expect(decisions(world)).toHaveLength(9);
    expect(telemetry.queries.length).toBeGreaterThan(asked);
    await stopped();
  });

  it('leaves the rhythm to the interval where the policy says so', async () => {
    const { world, stopped } = aController({ policy: `${CALM}loop: {eventDriven: false}\n` });
    await world.clock.advance(1_000);
    world.cluster.change();
    await world.clock.advance(1_000);
    expect(decisions(world)).toHaveLength(1);
    await stopped();
  });

  it('writes the intent down before it asks EC2, and reports the decision before both', async () => {
    const { world, stopped } = aController({ workers: 0, policy: 'nodes: {min: 1, max: 6}\n' });
    await world.clock.advance(3_000);
    expect(writes(world).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'put intended',
      expect.stringMatching(/^launch /),
      'put launched',
    ]);
    expect(world.events.map(({ kind }) => kind).slice(0, 3)).toEqual([
      'policy-accepted',
      'decision',
      'operation',
    ]);
    await stopped();
  });

  it('decides nothing before there is a policy, says so once, and begins when one is committed', async () => {
    const { world, policySource, stopped } = aController({ policy: 'none', workers: 0 });
    await world.clock.advance(60_000);
    expect(decisions(world)).toEqual([]);
    expect(world.log).toEqual([]);
    expect(world.notices().map(({ code }) => code)).toEqual(['no-policy']);
    policySource.commit(CALM);
    await world.clock.advance(0);
    expect(decisions(world)).not.toEqual([]);
    await stopped();
  });

  it('keeps the last good policy when a broken one is committed, and when it is taken away (F77, F78)', async () => {
    const { world, policySource, stopped } = aController();
    await world.clock.advance(1_000);
    policySource.commit('nodes: {min: 9, max: 2}\n');
    await world.clock.advance(1_000);
    policySource.commit(undefined);
    await world.clock.advance(30_000);
    expect(ofKind(world, 'policy-rejected')).toHaveLength(1);
    expect(world.notices().map(({ code }) => code)).toEqual(['policy-vanished']);
    expect(decisions(world).length).toBeGreaterThan(2);
    expect(new Set(decisions(world).map(({ plan }) => plan.policy.digest)).size).toBe(1);
    expect(ofKind(world, 'policy-accepted')).toMatchObject([{ bounds: { minNodes: 2, maxNodes: 6 } }]);
    await stopped();
  });

  it('decides and writes nothing while another replica leads, and takes over when that ends', async () => {
    const { world, stopped } = aController({ workers: 0 });
    world.isLeader = false;
    await world.clock.advance(30_000);
    expect(decisions(world)).toEqual([]);
    expect(world.log).toEqual([]);
    world.isLeader = true;
    await world.clock.advance(5_000);
    expect(world.cloud.list).toHaveLength(2);
    await stopped();
  });

  it('writes nothing after it has lost the lease, and goes on with what the ledger holds when it is back', async () => {
    const { world, stopped } = aController({ workers: 0, policy: 'nodes: {min: 1, max: 6}\n' });
    await world.clock.advance(3_000);
    world.isLeader = false;
    const [made] = world.cloud.list;
    const name = made?.id ?? '';
    const { zone = '', type = '' } = made ?? {};
    const before = [...world.log];
    world.cluster.nodes = [aNode({ name, zone, type })];
    world.cluster.change();
    await world.clock.advance(30_000);
    expect(world.log).toEqual(before);
    world.isLeader = true;
    await world.clock.advance(5_000);
    expect(world.log.slice(before.length)).toEqual([`admit ${name}`, 'put ready']);
    await stopped();
  });

  it('carries on with what its ledger holds when it starts', async () => {
    const world = new ActWorld();
    const nowMs = world.clock.now();
    const intended = aLaunch({ id: 'op-kept', createdAtMs: nowMs, deadlineMs: nowMs + 300_000 });
    await world.ledger.put(intended);
    const telemetry = new ScriptedTelemetry(world.clock);
    const policySource = new ScriptedPolicySource('nodes: {min: 1, max: 6}\n');
    const stop = new AbortController();
    const running = new Controller({ ...world.ports, telemetry, policySource }).run(stop.signal);
    await world.clock.advance(5_000);
    expect(world.cloud.requests.map(({ clientToken }) => clientToken)).toEqual(['op-kept.1']);
    stop.abort();
    await running;
  });

  it('calls an intent off that turns up later, since nobody acted on it, and takes up whatever has come further', async () => {
    const { world, stopped } = aController();
    await world.clock.advance(1_000);
    const times = { createdAtMs: world.clock.now(), deadlineMs: world.clock.now() + 300_000 };
    await world.ledger.put(aLaunch({ id: 'late-launch', ...times }));
    await world.ledger.put(aRemoval({ id: 'late-removal', nodeName: 'i-1', instanceId: 'i-1', ...times }));
    await world.ledger.put(aRemoval({ id: 'undone', nodeName: 'i-2', step: 'aborting', ...times }));
    await world.clock.advance(20_000);
    expect(await world.ledger.list()).toMatchObject([
      { id: 'late-launch', step: 'failed', outcome: { code: 'called-off' } },
      { id: 'late-removal', step: 'aborted', outcome: { code: 'called-off' } },
      { id: 'undone', step: 'aborted' },
    ]);
    expect(world.calls().filter((line) => line !== 'offerings')).toEqual(['uncordon i-2']);
    await stopped();
  });

  it('buys one machine when it does not hear that its intent was written, and calls that intent off', async () => {
    const { world, stopped } = aController({ workers: 0, policy: 'nodes: {min: 1, max: 6}\n' });
    world.ledger.failures.lostAnswers = 1;
    await world.clock.advance(10_000);
    expect(world.cloud.list).toHaveLength(1);
    const operations = await world.ledger.list();
    expect(operations.map(({ step, outcome }) => outcome?.code ?? step)).toEqual(['called-off', 'launched']);
    await stopped();
  });

  it('finishes what its ledger holds although there is no policy, and begins nothing', async () => {
    const world = new ActWorld();
    const nowMs = world.clock.now();
    const mark = { operationId: 'op-kept', atMs: nowMs };
    world.cluster.nodes = [
      aNode({ name: 'i-1', isUnschedulable: true, cordonedBy: mark }),
      aNode({ name: 'i-2' }),
    ];
    world.cloud.list = ['i-1', 'i-2'].map((id) => anInstance({ id }));
    await world.ledger.put(
      aRemoval({ id: 'op-kept', step: 'aborting', createdAtMs: nowMs, deadlineMs: nowMs + 300_000 }),
    );
    const telemetry = new ScriptedTelemetry(world.clock);
    const policySource = new ScriptedPolicySource(undefined);
    const stop = new AbortController();
    const running = new Controller({ ...world.ports, telemetry, policySource }).run(stop.signal);
    await world.clock.advance(10_000);
    expect(world.calls()).toEqual(['uncordon i-1']);
    expect(await world.ledger.list()).toMatchObject([{ id: 'op-kept', step: 'aborted' }]);
    expect(decisions(world)).toEqual([]);
    stop.abort();
    await running;
  });

  it('tells once of a ledger that fails, tries again with pauses, and goes on when it is back', async () => {
    const { world, stopped } = aController({ workers: 0, policy: 'nodes: {min: 1, max: 6}\n' });
    world.ledger.failures.list = 2;
    world.ledger.failures.put = 2;
    await world.clock.advance(30_000);
    expect(world.notices().map(({ code }) => code)).toEqual(['round-failed']);
    const [{ identity } = { identity: undefined }] = ofKind(world, 'policy-accepted');
    expect(ofKind(world, 'notice')).toMatchObject([{ policy: identity }]);
    expect(world.cloud.list).toHaveLength(1);
    await stopped();
  });

  it('buys for pending pods at once although telemetry never answers (F7)', async () => {
    const { world, telemetry, stopped } = aController();
    telemetry.delayMs = 3_600_000;
    await world.clock.advance(16_000);
    expect(telemetry.queries).toHaveLength(1);
    world.cluster.pods = [aPendingPod({ cpu: 1_800, sinceMs: world.clock.now() })];
    world.cluster.nodes = world.cluster.nodes.map((node) => ({
      ...node,
      allocatable: { ...node.allocatable, cpuMillis: 200 },
    }));
    world.cluster.change();
    await world.clock.advance(2_000);
    expect(world.cloud.requests.length).toBeGreaterThan(0);
    await stopped();
  });

  it('tells once of a machine that somebody added by hand, and leaves it alone (F46)', async () => {
    const { world, stopped } = aController();
    world.cloud.list.push(anInstance({ id: 'i-9', operationId: undefined }));
    await world.clock.advance(61_000);
    expect(decisions(world).length).toBeGreaterThan(3);
    expect(ofKind(world, 'notice')).toMatchObject([
      { severity: 'warning', reason: { code: 'instance-by-hand', facts: { instance: 'i-9' } } },
    ]);
    expect(writes(world)).toEqual([]);
    await stopped();
  });

  it('decides on while EC2 does not say what runs, once it has said so', async () => {
    const { world, stopped } = aController();
    await world.clock.advance(1_000);
    world.cloud.failures.instances = 1_000;
    await world.clock.advance(30_000);
    const seen = decisions(world).map(({ snapshot }) => snapshot.instances.status);
    expect(seen).toEqual(['known', 'unknown', 'unknown']);
    await stopped();
  });

  it('buys nothing before EC2 has listed what boots already, and says so once (F22)', async () => {
    const { world, stopped } = aController({ workers: 0 });
    const booting = { state: 'pending' as const, launchedAtMs: world.clock.now() };
    world.cloud.list = ['a', 'b'].map((letter) =>
      anInstance({
        id: `i-${letter}`,
        zone: `ap-southeast-1${letter}`,
        operationId: `op-${letter}`,
        ...booting,
      }),
    );
    world.cloud.failures.instances = 3;
    await world.clock.advance(60_000);
    expect(world.cloud.requests).toEqual([]);
    expect(world.notices().map(({ code }) => code)).toEqual(['round-failed']);
    expect(decisions(world).length).toBeGreaterThan(0);
    await stopped();
  });

  it('stops when told to, without a timer or a call left', async () => {
    const { world, stopped } = aController({ workers: 0 });
    await world.clock.advance(1_000);
    await stopped();
    const { length } = world.log;
    expect(world.clock.sleepers()).toBe(0);
    world.cluster.change();
    await world.clock.advance(600_000);
    expect(world.log).toHaveLength(length);
  });
});

describe('decideOnce', () => {
  it('decides on what is there and changes nothing', async () => {
    const world = new ActWorld();
    const telemetry = new ScriptedTelemetry(world.clock);
    const { plan, snapshot } = await decideOnce({ ...world.ports, telemetry }, aPolicy(), world.signal);
    expect(plan.actions).toHaveLength(2);
    expect(snapshot.takenAtMs).toBe(world.clock.now());
    expect(world.log).toEqual(['offerings']);
  });
});
