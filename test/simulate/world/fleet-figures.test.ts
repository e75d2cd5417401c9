import { describe, expect, it } from '@jest/globals';
import { FleetFigureRecorder } from '../../../src/simulate/world/fleet-figures.ts';
import { neededWorkers } from '../../../src/simulate/world/needed-workers.ts';
import { aNode } from '../../builders/fleet.ts';
import { aPod } from '../../builders/pod.ts';

const HOUR_MS = 3_600_000;
const ZONES = ['ap-southeast-1a', 'ap-southeast-1b'];
const workersIn = (...zones: readonly string[]) =>
  zones.map((zone, i) => aNode({ name: `i-${i}`, zone: `ap-southeast-1${zone}` }));
const requests = (cpuMillis: number) => ({ cpuMillis, memoryMiB: 64, pods: 1 });
const daemonOf = (nodeName: string) =>
  aPod({
    name: `agent-${nodeName}`,
    nodeName,
    requests: requests(100),
    owner: { kind: 'DaemonSet', name: 'agent', uid: 'uid-agent', replicas: undefined },
  });

describe('the workers that requests need', () => {
  it('are what the requests fill beside the agents of each node, waiting pods included', () => {
    // 1900 m less 100 m a node; 3700 m of requests fill 2.06 of 1800 m.
    const workers = workersIn('a', 'b', 'a', 'b');
    const pods = [
      ...workers.map(({ name }) => daemonOf(name)),
      aPod({ name: 'one', nodeName: 'i-0', requests: requests(1_800) }),
      aPod({ name: 'two', nodeName: 'i-1', requests: requests(1_800) }),
      aPod({ name: 'three', nodeName: undefined, requests: requests(100) }),
    ];
    expect(neededWorkers({ workers, pods, min: 2 })).toBe(3);
    expect(neededWorkers({ workers, pods: pods.slice(0, 5), min: 2 })).toBe(2);
  });

  it('are never fewer than the minimum, and unknown without a worker', () => {
    expect(neededWorkers({ workers: workersIn('a'), pods: [], min: 2 })).toBe(2);
    expect(neededWorkers({ workers: [], pods: [], min: 2 })).toBeUndefined();
  });
});

describe('the figures of a fleet', () => {
  it('judge zones from four workers on, a zone without any included', () => {
    const recorder = new FleetFigureRecorder();
    const seen = (...zones: readonly string[]) =>
      recorder.noteFleet({ workers: workersIn(...zones), zones: ZONES, pods: [], min: 0 }, HOUR_MS);
    seen('a', 'a', 'a');
    seen('a', 'b', 'a', 'b', 'a');
    seen('a', 'a', 'a', 'b');
    seen('a', 'a', 'a', 'a');
    expect(recorder.figures).toMatchObject({ spreadableHours: 3, skewedHours: 2 });
  });

  it('count evictions that took place', () => {
    const recorder = new FleetFigureRecorder();
    const pod = aPod();
    recorder.noteWrite({ kind: 'evict', pod });
    recorder.noteWrite({ kind: 'evicted', pod, outcome: { status: 'gone' } });
    recorder.noteWrite({ kind: 'evicted', pod, outcome: { status: 'evicted' } });
    expect(recorder.figures.evictions).toBe(1);
  });
});
