import { describe, expect, it } from '@jest/globals';
import { packFleet } from '../../../src/decide/packing/pack-fleet.ts';
import { selectorOf } from '../../../src/model/selector.ts';
import { offerings } from '../../builders/fleet.ts';
import { aPod, type PodParts } from '../../builders/pod.ts';

const ZONE = 'topology.kubernetes.io/zone';

function pods(name: string, count: number, parts: PodParts) {
  return Array.from({ length: count }, (_, i) =>
    aPod({ name: `${name}-${i}`, labels: { app: name }, ...parts }),
  );
}

function order(...waiting: ReturnType<typeof pods>[]) {
  return packFleet(waiting.flat(), offerings()).bindings.map(({ pod }) => pod.name);
}

describe('bindings', () => {
  it('begin with pods for which few of the planned nodes would do, since others would take their room', () => {
    const inB = pods('in-b', 2, { cpu: 300, nodeSelector: selectorOf({ [ZONE]: 'ap-southeast-1b' }) });
    const large = pods('large', 3, { cpu: 1500 });
    const names = order(pods('small', 12, { cpu: 100 }), large, inB);
    expect(names.slice(0, 3)).toEqual(['large-0', 'large-1', 'large-2']);
    expect(names.slice(3, 5)).toEqual(['in-b-0', 'in-b-1']);
  });

  it('put no pod before those that its affinity asks for', () => {
    const affinity = [{ topologyKey: ZONE, selector: selectorOf({ app: 'base' }), namespaces: ['default'] }];
    const names = order(pods('near', 1, { cpu: 1500, podAffinity: affinity }), pods('base', 1, { cpu: 50 }));
    expect(names).toEqual(['base-0', 'near-0']);
  });
});
