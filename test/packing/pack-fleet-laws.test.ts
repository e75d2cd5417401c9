import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Offering } from '../../src/model/offering.ts';
import type { Pod } from '../../src/model/pod.ts';
import { selectorOf } from '../../src/model/selector.ts';
import { packFleet } from '../../src/packing/pack-fleet.ts';
import { aPod } from '../builders/pod.ts';
import { checkPacking } from '../packing-checker/check-packing.ts';
import { caseCount } from '../test-depth.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const TYPE = 'node.kubernetes.io/instance-type';

const app = fc.constantFrom('a', 'b', 'c');
const key = fc.constantFrom(ZONE, HOST, TYPE, 'kubernetes.io/arch');
const term = fc.record({ topologyKey: key, app }).map(({ topologyKey, app: wanted }) => ({
  topologyKey,
  selector: selectorOf({ app: wanted }),
  namespaces: ['default'],
}));
const spread = fc
  .record({ topologyKey: key, app, maxSkew: fc.integer({ min: 1, max: 2 }) })
  .map(({ app: wanted, ...rest }) => ({
    ...rest,
    selector: selectorOf({ app: wanted }),
    whenUnsatisfiable: 'DoNotSchedule' as const,
  }));
const few = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant<T[]>([]) }, fc.array(one, { maxLength: 2 }));
const workload = fc.record({
  replicas: fc.integer({ min: 1, max: 5 }),
  app,
  cpu: fc.constantFrom(100, 250, 900, 2500),
  memory: fc.constantFrom(64, 512, 3000, 9000),
  podAffinity: few(term),
  podAntiAffinity: few(term),
  topologySpread: few(spread),
  hostPorts: few(fc.constantFrom('80/TCP', '443/TCP')),
  nodeSelector: few(
    fc.constantFrom({ [ZONE]: 'z1' }, { 'kubernetes.io/arch': 'arm64' }, { [TYPE]: 'large-amd64' }),
  ),
  priority: fc.constantFrom(0, 10),
});
const workloads = fc.array(workload, { minLength: 1, maxLength: 7 }).map((list) =>
  list.flatMap(({ replicas, app: name, nodeSelector, ...parts }, w) =>
    Array.from({ length: replicas }, (_, i): Pod => {
      const selector = nodeSelector.flatMap((labels) => selectorOf(labels as Record<string, string>));
      return aPod({ ...parts, name: `w${w}-${i}`, labels: { app: name }, nodeSelector: selector });
    }),
  ),
);
const offerings: readonly Offering[] = ['z1', 'z2', 'z3'].flatMap((zone, z) =>
  ['amd64', 'arm64'].flatMap((arch) =>
    (['spot', 'on-demand'] as const).flatMap((lifecycle) =>
      [1, 2, 4].map((size): Offering => ({
        type: `${['small', 'medium', 'large'][Math.log2(size)]}-${arch}`,
        zone,
        lifecycle,
        arch,
        priceUsdPerHour: Number((size * (lifecycle === 'spot' ? 0.03 : 0.1) * (1 + z / 10)).toFixed(4)),
        allocatable: { cpuMillis: size * 1000 - 100, memoryMiB: size * 2048 - 10, pods: 4 * size },
      })),
    ),
  ),
);

/** What the independent checker finds wrong with the packer's answer. */
function faultsOf(pods: readonly Pod[], maxNodes?: number): readonly string[] {
  const options = maxNodes === undefined ? {} : { maxNodes };
  const { nodes, bindings, unplaced, costUsdPerHour } = packFleet(pods, offerings, options);
  return checkPacking(
    { pods, offerings, ...options },
    {
      nodes: nodes.map(({ id, offering }) => ({ id, ...offering })),
      bindings: bindings.map(({ pod, nodeId }) => ({ pod: pod.name, node: nodeId })),
      unplaced: unplaced.map(({ pod, reason }) => ({ pod: pod.name, reason: reason.text })),
      costUsdPerHour,
    },
  );
}

describe('packing a fleet', () => {
  it('binds pods in an order in which each may be bound, and leaves out only what fits nowhere', () => {
    fc.assert(
      fc.property(workloads, (pods) => expect(faultsOf(pods)).toEqual([])),
      { numRuns: caseCount(120) },
    );
  });

  it('never plans more nodes than allowed', () => {
    const max = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(workloads, max, (pods, maxNodes) => {
        expect(packFleet(pods, offerings, { maxNodes }).nodes.length).toBeLessThanOrEqual(maxNodes);
      }),
    );
  });

  it('gives the same answer whatever the order of pods and offerings', () => {
    fc.assert(
      fc.property(workloads, (pods) => {
        const turned = packFleet([...pods].reverse(), [...offerings].reverse());
        expect(turned).toEqual(packFleet(pods, offerings));
      }),
      { numRuns: caseCount(50) },
    );
  });
});
