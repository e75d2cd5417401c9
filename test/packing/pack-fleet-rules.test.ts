import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { DaemonOverhead } from '../../src/model/daemon-overhead.ts';
import type { Offering } from '../../src/model/offering.ts';
import { ALL_NAMESPACES, type Pod } from '../../src/model/pod.ts';
import type { LabelSelector } from '../../src/model/selector.ts';
import { packFleet } from '../../src/packing/pack-fleet.ts';
import { aPod } from '../builders/pod.ts';
import { answerOf } from '../packing-checker/answer-of.ts';
import { checkPacking } from '../packing-checker/check-packing.ts';
import { caseCount } from '../test-depth.ts';

/*
 * What few workloads use, all at once: terms that must hold together, spreads that count others than their own pods or
 * ignore the pod's choice of nodes, minimal domains, namespaces, volumes, GPUs, ports, DaemonSets on some nodes only. The
 * independent checker replays each answer.
 */

const ZONE = 'topology.kubernetes.io/zone';
const ARCH = 'kubernetes.io/arch';
const LIFECYCLE = 'smartscale.dev/lifecycle';
const KEYS = [ZONE, 'kubernetes.io/hostname', ARCH, 'node.kubernetes.io/instance-type'] as const;
const NAMESPACES = ['shop', 'blog'] as const;

const seldom = <T>(one: fc.Arbitrary<T>, max = 2) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant<T[]>([]) }, fc.array(one, { minLength: 1, maxLength: max }));
const labels = fc.record({ app: fc.constantFrom('a', 'b', 'c'), tier: fc.constantFrom('x', 'y') });
const selector: fc.Arbitrary<LabelSelector> = fc.oneof(
  fc.constantFrom('a', 'b', 'c').map((app) => [{ key: 'app', operator: 'In' as const, values: [app] }]),
  fc.constantFrom('x', 'y').map((tier) => [{ key: 'tier', operator: 'NotIn' as const, values: [tier] }]),
  fc.constant([{ key: 'app', operator: 'Exists' as const, values: [] }]),
);
const term = fc.record({
  topologyKey: fc.constantFrom(...KEYS),
  selector,
  namespaces: fc.constantFrom(['shop'], ['blog'], [ALL_NAMESPACES]),
});
const spread = fc.record(
  {
    topologyKey: fc.constantFrom(...KEYS),
    maxSkew: fc.integer({ min: 1, max: 3 }),
    selector,
    whenUnsatisfiable: fc.constantFrom('DoNotSchedule' as const, 'ScheduleAnyway' as const),
    minDomains: fc.integer({ min: 1, max: 4 }),
    nodeAffinityPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
  },
  { requiredKeys: ['topologyKey', 'maxSkew', 'selector', 'whenUnsatisfiable'] },
);
const nodes: fc.Arbitrary<LabelSelector> = fc.constantFrom<LabelSelector>(
  [{ key: ZONE, operator: 'In', values: ['z1', 'z2'] }],
  [{ key: ZONE, operator: 'NotIn', values: ['z1'] }],
  [{ key: ARCH, operator: 'In', values: ['arm64'] }],
  [{ key: LIFECYCLE, operator: 'In', values: ['on-demand'] }],
);
const workload = fc.record({
  replicas: fc.integer({ min: 1, max: 6 }),
  namespace: fc.constantFrom(...NAMESPACES),
  labels,
  cpuMillis: fc.constantFrom(0, 100, 600, 1900, 3500),
  memoryMiB: fc.constantFrom(0, 64, 700, 4000),
  gpus: fc.constantFrom(0, 0, 0, 0, 1),
  podAffinity: seldom(term),
  podAntiAffinity: seldom(term),
  topologySpread: seldom(spread, 3),
  nodeSelector: seldom(nodes, 1).map((list) => list.flat()),
  nodeAffinityTerms: seldom(nodes),
  volumeNodes: seldom(seldom(nodes, 2), 1),
  hostPorts: seldom(fc.constantFrom('80/TCP', '53/UDP'), 1),
});
const pods = fc.array(workload, { minLength: 1, maxLength: 6 }).map((workloads) =>
  workloads.flatMap(({ replicas, cpuMillis, memoryMiB, gpus, ...rest }, w) =>
    Array.from({ length: replicas }, (_, i): Pod => {
      const extended = gpus === 0 ? {} : { extended: { 'nvidia.com/gpu': gpus } };
      return aPod({ ...rest, name: `w${w}-${i}`, requests: { cpuMillis, memoryMiB, pods: 1, ...extended } });
    }),
  ),
);
const offering = fc
  .record({
    cores: fc.constantFrom(1, 2, 4),
    zone: fc.constantFrom('z1', 'z2', 'z3'),
    arch: fc.constantFrom('amd64', 'arm64'),
    lifecycle: fc.constantFrom('spot' as const, 'on-demand' as const),
    gpus: fc.constantFrom(0, 0, 2),
    cents: fc.integer({ min: 2, max: 9 }),
  })
  .map(({ cores, gpus, cents, ...market }): Offering => {
    const allocatable = { cpuMillis: cores * 1000 - 100, memoryMiB: cores * 2000, pods: 3 * cores };
    return {
      ...market,
      type: `${cores}c${gpus}g-${market.arch}`,
      priceUsdPerHour: (cores * cents) / 100 + gpus,
      allocatable: gpus === 0 ? allocatable : { ...allocatable, extended: { 'nvidia.com/gpu': gpus } },
    };
  });
const offerings = fc.uniqueArray(offering, {
  minLength: 1,
  maxLength: 9,
  selector: ({ type, zone, lifecycle }) => `${type} ${zone} ${lifecycle}`,
});
const daemon = fc.record({
  hostPorts: seldom(fc.constant('80/TCP'), 1),
  nodeSelector: seldom(nodes, 1).map((list) => list.flat()),
  cpuMillis: fc.constantFrom(50, 300),
});
const daemons = seldom(daemon).map((list) =>
  list.map(({ cpuMillis, ...rest }, i): DaemonOverhead => ({
    ...rest,
    name: `system/d${i}`,
    namespace: 'system',
    labels: {},
    requests: { cpuMillis, memoryMiB: 10, pods: 1 },
    nodeAffinityTerms: [],
    tolerations: [],
  })),
);

describe('any mix of rules', () => {
  it('is obeyed, in the order of the bindings, and pods are left out only where no node takes them', () => {
    fc.assert(
      fc.property(pods, offerings, daemons, (asked, offered, carried) => {
        const answer = answerOf(packFleet(asked, offered, { daemons: carried }));
        expect(checkPacking({ pods: asked, offerings: offered, daemons: carried }, answer)).toEqual([]);
      }),
      { numRuns: caseCount(200) },
    );
  });
});
