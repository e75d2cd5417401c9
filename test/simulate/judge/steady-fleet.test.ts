import { describe, expect, it } from '@jest/globals';
import type { Instance } from '../../../src/model/instance.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Pod } from '../../../src/model/pod.ts';
import { policySchema } from '../../../src/policy/policy-schema.ts';
import { NEVER_DISTURBED } from '../../../src/simulate/judge/disturbances.ts';
import { INVARIANTS, JUDGED } from '../../../src/simulate/judge/invariants.ts';
import { emptyMemory } from '../../../src/simulate/judge/memory.ts';
import type { WorldWrite } from '../../../src/simulate/judge/observed-world.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { anObservedWorld, type ObservedWorldParts } from '../../builders/observed-world.ts';
import { aPod } from '../../builders/pod.ts';

const MINUTE_MS = 60_000;
const B = 'ap-southeast-1b';

/** A run of which only one invariant is judged: what is told at each minute, and what came of it. */
function judged(number: number) {
  const invariant = INVARIANTS.find((one) => one.number === number);
  const memory = emptyMemory();
  const facts: string[] = [];
  const note = (fact: string | undefined) => {
    if (fact !== undefined) facts.push(fact);
  };
  const at = (minute: number, parts: ObservedWorldParts) =>
    anObservedWorld({ elapsedMs: minute * MINUTE_MS, nowMs: minute * MINUTE_MS, ...parts });
  return {
    facts,
    check(minute: number, parts: ObservedWorldParts = {}) {
      memory.history.sample(at(minute, parts));
      note(invariant?.atCheck?.(at(minute, parts), memory));
    },
    write(minute: number, write: WorldWrite, parts: ObservedWorldParts = {}) {
      memory.history.note(write, at(minute, parts));
      note(invariant?.atWrite?.(write, at(minute, parts), memory));
    },
    steady: (parts: ObservedWorldParts) => note(invariant?.atSteadyState?.(at(600, parts))),
    end: (minute: number) => note(invariant?.atEnd?.(at(minute, {}), memory)),
  };
}

const launchOf = (instance: Instance): WorldWrite => ({
  kind: 'launched',
  instance,
  request: { clientToken: 't', operationId: instance.operationId ?? '', offerings: [], tags: {} },
});
const launchFor = (operationId: string): WorldWrite => ({
  kind: 'launch',
  request: { clientToken: 't', operationId, offerings: [], tags: {} },
});
const terminate = (instance: Instance): WorldWrite => ({ kind: 'terminate', instance });
const LOW_LOAD = [{ code: 'low-load' as const, text: '' }];
const removalOf = (id: string, parts: Partial<Extract<Operation, { kind: 'remove' }>> = {}) =>
  aRemoval({
    id: `op-r-${id}`,
    instanceId: id,
    nodeName: id,
    step: 'terminating',
    reasons: LOW_LOAD,
    ...parts,
  });
const two = anInstance({ id: 'i-2', operationId: 'op-b' });
const disturbedAt = (minute: number) => ({
  disturbedUntil: { ...NEVER_DISTURBED, anyMs: minute * MINUTE_MS, fleetMs: minute * MINUTE_MS },
});

describe('JUDGED', () => {
  it('holds at least what no controller ever broke', () => {
    for (const number of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 21]) expect(JUDGED.has(number)).toBe(true);
  });
});

describe('13: launches are not undone', () => {
  const operations = [aLaunch({ id: 'op-b', step: 'ready', instanceId: 'i-2' }), removalOf('i-2')];
  const run = (removedAt: number, parts: ObservedWorldParts = { operations }) => {
    const { write, end, facts } = judged(13);
    write(100, launchOf(two), parts);
    write(removedAt, terminate(two), parts);
    end(200);
    return facts;
  };

  it('counts a removal of equal size within half an hour', () => {
    expect(run(125)).toEqual([expect.stringContaining('1 of 1 launches were undone')]);
    expect(run(131)).toEqual([]);
  });

  it('bears with what AWS takes, what is dead, and what the launch was to replace', () => {
    const removals = [{ interruption: 'spot-warning' as const }, { isRepair: true as const }];
    for (const parts of removals)
      expect(run(125, { operations: [operations[0]!, removalOf('i-2', parts)] })).toEqual([]);
    const replacing = aLaunch({ id: 'op-b', step: 'ready', instanceId: 'i-2', consolidates: ['i-2'] });
    expect(run(125, { operations: [replacing, removalOf('i-2')] })).toEqual([]);
  });

  it('bears with a launch within half an hour of a disturbance', () => {
    expect(run(125, { operations, ...disturbedAt(71) })).toEqual([]);
    expect(run(125, { operations, ...disturbedAt(69) })).toHaveLength(1);
  });

  it('allows two of a hundred', () => {
    const { write, end, facts } = judged(13);
    for (let i = 0; i < 99; i += 1)
      write(i / 10, launchOf(anInstance({ id: `i-x${i}`, operationId: `x${i}` })));
    write(100, launchOf(two), { operations });
    write(110, terminate(two), { operations });
    end(200);
    expect(facts).toEqual([]);
  });
});

describe('14: no launch for pods soon after a removal for low load', () => {
  const removal = removalOf('i-2');
  const launch = aLaunch({ id: 'op-n', step: 'intended', nominatedPods: ['default/pod-1'] });
  const pods = (cpuMillis: number) => ({
    pods: [aPod({ nodeName: 'i-1', requests: { cpuMillis, memoryMiB: 100, pods: 1 } })],
  });
  const run = (minute: number, cpuBefore: number, parts: ObservedWorldParts = {}) => {
    const { check, write, facts } = judged(14);
    const decision = () => ({ digest: 'sha256:x', atMs: 98 * MINUTE_MS });
    check(60, { cluster: pods(cpuBefore) });
    check(90, { cluster: pods(100) });
    write(100, terminate(two), { operations: [removal], decision });
    const at = { operations: [launch, removal], decision, cluster: pods(500) };
    write(minute, launchFor('op-n'), { ...at, ...parts });
    return facts;
  };

  it('blames a removal for what had been asked for within the hour before', () => {
    expect(run(110, 500)).toEqual([expect.stringContaining('10 min after i-2 was removed')]);
    expect(run(116, 500)).toEqual([]);
  });

  it('takes more than was asked for then for growth, and bears with disturbances', () => {
    expect(run(110, 400)).toEqual([]);
    expect(run(110, 500, disturbedAt(50))).toEqual([]);
  });
});

describe('15: zones stay balanced', () => {
  const fleet = (inA: number, inB: number): ObservedWorldParts => {
    const all = [...Array<string>(inA).fill('ap-southeast-1a'), ...Array<string>(inB).fill(B)];
    return {
      instances: all.map((zone, i) => anInstance({ id: `i-${i}`, zone, operationId: `op-${i}` })),
      cluster: { nodes: all.map((zone, i) => aNode({ name: `i-${i}`, zone })) },
    };
  };
  const run = (parts: ObservedWorldParts, skewedMinutes = 150) => {
    const { check, end, facts } = judged(15);
    for (let minute = 61; minute < 61 + 150; minute += 1)
      check(minute, minute < 61 + skewedMinutes ? parts : { ...parts, ...fleet(3, 2) });
    end(300);
    return facts;
  };

  it('wants them within two for nine minutes of ten', () => {
    expect(run(fleet(5, 1))).toEqual([expect.stringContaining('150 of 150 minutes')]);
    expect(run(fleet(5, 1), 15)).toEqual([]);
    expect(run(fleet(4, 2))).toEqual([]);
  });

  it('does not judge small fleets, nor the hour after a disturbance', () => {
    expect(run(fleet(3, 0))).toEqual([]);
    expect(run({ ...fleet(5, 1), ...disturbedAt(120) })).toEqual([]);
  });
});

describe('16: after hours of calm', () => {
  const policy = policySchema.parse({ nodes: { min: 1, max: 20, minPerZone: 0 } });
  const fleet = (
    spot: number,
    onDemand: number,
    zoneOf = (i: number) => (i % 2 === 0 ? 'ap-southeast-1a' : B),
  ) => {
    const ids = Array.from({ length: spot + onDemand }, (_, i) => `i-${i}`);
    return {
      policy,
      instances: ids.map((id, i) =>
        anInstance({ id, zone: zoneOf(i), operationId: id, lifecycle: i < spot ? 'spot' : 'on-demand' }),
      ),
      cluster: { nodes: ids.map((name, i) => aNode({ name, zone: zoneOf(i) })) },
    };
  };
  const run = (parts: ObservedWorldParts) => {
    const { steady, facts } = judged(16);
    steady(parts);
    return facts;
  };
  /** Such a load that this many workers are enough. */
  const busy = { cpuPercentAt: () => 60 };

  it('wants the share of spot within one', () => {
    expect(run({ ...fleet(4, 4), ...busy })).toEqual([]);
    expect(run({ ...fleet(2, 6), ...busy })).toEqual(['6 of 8 workers are on-demand, the policy asks for 4']);
  });

  it('wants the zones within one', () => {
    const inA = fleet(4, 4, (i) => (i < 5 ? 'ap-southeast-1a' : B));
    expect(run({ ...inA, ...busy })).toEqual(['zones differ by 2 workers']);
  });

  it('wants at most one worker more than are enough', () => {
    expect(run({ ...fleet(4, 4), cpuPercentAt: () => 1 })).toEqual([
      expect.stringContaining('8 workers where'),
    ]);
  });

  it('counts workers as needed that hold a pinned pod', () => {
    const calm = fleet(4, 4);
    const pods = calm.instances.map(({ id }) => aPod({ name: `p-${id}`, nodeName: id, disruption: 'never' }));
    expect(run({ ...calm, cluster: { ...calm.cluster, pods }, cpuPercentAt: () => 1 })).toEqual([]);
  });
});

describe('17: a waiting pod is helped soon', () => {
  const waiting = (parts: Partial<Pod> = {}) =>
    aPod({ nodeName: undefined, phase: 'Pending', unschedulableSinceMs: 0, ...parts });
  const policy = policySchema.parse({ nodes: { min: 2, max: 9 } });
  const run = (minutes: number, pod: Pod, parts: ObservedWorldParts = {}) => {
    const { check, facts } = judged(17);
    for (let minute = 100; minute <= 100 + minutes; minute += 1)
      check(minute, { policy, cluster: { pods: [pod] }, ...parts });
    return facts.length > 0;
  };

  it('within a slow boot and three minutes', () => {
    expect(run(6, waiting())).toBe(false);
    expect(run(7, waiting())).toBe(true);
  });

  it('bears with pods that no worker can hold, a full fleet and what is injected', () => {
    const huge = { requests: { cpuMillis: 99_000, memoryMiB: 1, pods: 1 } };
    expect(run(60, waiting(huge))).toBe(false);
    expect(run(60, waiting(), { policy: policySchema.parse({ nodes: { min: 2, max: 3 } }) })).toBe(false);
    expect(run(15, waiting(), disturbedAt(99))).toBe(false);
    expect(run(16, waiting(), disturbedAt(99))).toBe(true);
  });

  it('gives more time where machines of some offerings never join, but no day', () => {
    const joins = { disturbedUntil: { ...NEVER_DISTURBED, joinsMs: 500 * MINUTE_MS } };
    expect(run(25, waiting(), joins)).toBe(false);
    expect(run(26, waiting(), joins)).toBe(true);
  });
});

describe('18: one pod, one purchase', () => {
  const pod = aPod({ name: 'p', nodeName: undefined, phase: 'Pending' });
  const first = (step: 'intended' | 'ready' | 'failed') =>
    aLaunch({ id: 'op-1', step, instanceId: 'i-9', nominatedPods: ['default/p'] });
  const second = aLaunch({ id: 'op-2', step: 'intended', nominatedPods: ['default/p'] });
  const run = (step: 'intended' | 'ready' | 'failed', cluster: ObservedWorldParts['cluster'] = {}) => {
    const { write, facts } = judged(18);
    write(100, launchFor('op-1'), { cluster: { pods: [pod] }, operations: [first('intended')] });
    const at = { cluster: { pods: [pod], ...cluster }, operations: [first(step), second] };
    write(110, launchFor('op-2'), at);
    return facts;
  };
  const room = (cpuMillis: number) =>
    aNode({
      name: 'i-9',
      instanceId: 'i-9',
      readyChangedAtMs: 0,
      allocatable: { cpuMillis, memoryMiB: 4_000, pods: 9 },
    });

  it('buys once while the first is in flight, and again when it failed', () => {
    expect(run('intended')).toEqual(['op-2 is launched for default/p, for which op-1 was bought']);
    expect(run('failed')).toEqual([]);
  });

  it('buys no second where the first holds the pod or never could, and one where others took its place', () => {
    expect(run('ready', { nodes: [room(9_000)] })).toHaveLength(1);
    expect(run('ready', { nodes: [room(1)] })).toHaveLength(1);
    const other = aPod({ name: 'q', nodeName: 'i-9', requests: { ...pod.requests, cpuMillis: 9_000 } });
    expect(run('ready', { nodes: [room(9_000)], pods: [pod, other] })).toEqual([]);
  });
});

describe('19: one eviction of a workload a minute', () => {
  const owner = { kind: 'Deployment', name: 'web', uid: 'uid-web', replicas: 4 } as const;
  const evicted = (name: string): WorldWrite => ({
    kind: 'evicted',
    pod: aPod({ name, nodeName: 'i-1', owner }),
    outcome: { status: 'evicted' },
  });

  it('counts those of one workload within a minute', () => {
    const { write, facts } = judged(19);
    write(1, evicted('a'));
    write(2, evicted('b'));
    expect(facts).toEqual([]);
    write(2.5, evicted('c'));
    expect(facts).toEqual(['default/c is evicted, the second of web within a minute']);
  });

  it('does not count what EC2 takes back', () => {
    const { write, facts } = judged(19);
    for (const name of ['a', 'b']) write(1, evicted(name), { isNoticed: () => true });
    expect(facts).toEqual([]);
  });
});

describe('20: in a constant world the fleet is constant', () => {
  const run = (minute: number, parts: ObservedWorldParts = {}) => {
    const { check, write, facts } = judged(20);
    for (let at = 0; at <= minute; at += 1) check(at, at < 20 ? { demandMillis: 500 } : {});
    write(minute, launchFor('op-1'), parts);
    return facts;
  };

  it('after an hour of the same load', () => {
    expect(run(80)).toEqual([]);
    expect(run(81)).toEqual(['a launch, though nothing has changed for 61 min']);
  });

  it('bears with what is new at this moment, and an hour after anything injected', () => {
    expect(run(100, { demandMillis: 1_200 })).toEqual([]);
    expect(run(100, disturbedAt(45))).toEqual([]);
  });
});
