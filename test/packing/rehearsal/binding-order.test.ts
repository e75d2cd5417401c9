import { describe, expect, it } from '@jest/globals';
import { selectorOf } from '../../../src/model/selector.ts';
import { inValidOrder } from '../../../src/packing/rehearsal/binding-order.ts';
import { offerings } from '../../builders/fleet.ts';
import { aPod, type PodParts } from '../../builders/pod.ts';
import { planned } from '../planned-pods.ts';

const ZONE = 'topology.kubernetes.io/zone';

function pods(name: string, count: number, parts: PodParts) {
  return Array.from({ length: count }, (_, i) =>
    aPod({ name: `${name}-${i}`, labels: { app: name }, ...parts }),
  );
}

function order(...waiting: ReturnType<typeof pods>[]) {
  return planned(waiting.flat(), offerings()).pods.map(({ pod }) => pod.name);
}

describe('the first guess of an order of bindings', () => {
  it('begins with pods for which few of the planned nodes would do, since others would take their room', () => {
    const inB = pods('in-b', 2, { cpu: 300, nodeSelector: selectorOf({ [ZONE]: 'ap-southeast-1b' }) });
    const large = pods('large', 3, { cpu: 1500 });
    const names = order(pods('small', 12, { cpu: 100 }), large, inB);
    expect(names.slice(0, 3).sort()).toEqual(['large-0', 'large-1', 'large-2']);
    expect(names.slice(3, 5).sort()).toEqual(['in-b-0', 'in-b-1']);
  });

  it('puts no pod before those that its affinity asks for', () => {
    const affinity = [{ topologyKey: ZONE, selector: selectorOf({ app: 'base' }), namespaces: ['default'] }];
    const names = order(pods('near', 1, { cpu: 1500, podAffinity: affinity }), pods('base', 1, { cpu: 50 }));
    expect(names).toEqual(['base-0', 'near-0']);
  });
});

describe('a wished order of bindings', () => {
  const affinity = [{ topologyKey: ZONE, selector: selectorOf({ app: 'base' }), namespaces: ['default'] }];
  const near = pods('near', 2, { cpu: 300, podAffinity: affinity });

  it('is kept as it is where no rule is against it', () => {
    const { context, pods: plan } = planned(
      [...pods('small', 4, {}), ...pods('large', 2, { cpu: 900 })],
      offerings(),
    );
    expect(inValidOrder(context, plan.toReversed())).toEqual(plan.toReversed());
  });

  it('has pods wait until those are there that they ask for, and not longer', () => {
    const { context, pods: plan } = planned(
      [...near, ...pods('base', 1, {}), ...pods('other', 1, {})],
      offerings(),
    );
    const wished = ['near-1', 'near-0', 'base-0', 'other-0'].flatMap((name) =>
      plan.filter(({ pod }) => pod.name === name),
    );
    const names = inValidOrder(context, wished)?.map(({ pod }) => pod.name);
    expect(names).toEqual(['base-0', 'near-1', 'near-0', 'other-0']);
  });

  it('is none when pods wait for somebody who is not among them', () => {
    const { context, pods: plan } = planned([...near, ...pods('base', 1, {})], offerings());
    expect(
      inValidOrder(
        context,
        plan.filter(({ pod }) => pod.name !== 'base-0'),
      ),
    ).toBeUndefined();
  });
});
