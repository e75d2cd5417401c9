import { describe, expect, it } from '@jest/globals';
import type { Offering } from '../../../src/model/offering.ts';
import type { Pod } from '../../../src/model/pod.ts';
import { selectorOf } from '../../../src/model/selector.ts';
import { seededRandom } from '../../../src/packing/filling/seeded-random.ts';
import { SchedulerDryRuns } from '../../../src/packing/rehearsal/scheduler-dry-run.ts';
import { anOffering } from '../../builders/fleet.ts';
import { aPod, type PodParts } from '../../builders/pod.ts';
import { planned } from '../planned-pods.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const TYPE = 'node.kubernetes.io/instance-type';
const SMALL = anOffering({ type: 'small', allocatable: { cpuMillis: 2000, memoryMiB: 4000, pods: 50 } });
const LARGE = anOffering({
  type: 'large',
  allocatable: { cpuMillis: 8000, memoryMiB: 16_000, pods: 50 },
  priceUsdPerHour: 9,
});

/** Two pods that have no choice are there first, one on each type; then the others come. Where each of them went. */
function typesOf(others: readonly Pod[], offerings: readonly Offering[] = [SMALL, LARGE]): readonly string[] {
  const anchors = offerings.map(({ type }) => anchor(type));
  const { context, pods } = planned([...anchors, ...others], offerings);
  const order = [...anchors, ...others].flatMap((pod) => pods.filter((one) => one.pod === pod));
  const bins = [...new Set(order.map(({ bin }) => bin))];
  const { bound, unscheduled } = new SchedulerDryRuns(context, bins).run(order, seededRandom());
  expect(unscheduled).toEqual([]);
  const placeOf = (pod: Pod) => {
    const bin = bound.find((one) => one.pod === pod)?.bin;
    return context.model.buyable[bin?.table.offers[bin.row] ?? -1]?.offering.type ?? '';
  };
  return others.map(placeOf);
}

function anchor(type: string): Pod {
  const room = type === 'small' ? { cpu: 1000, memory: 2000 } : { cpu: 4000, memory: 8000 };
  return aPod({
    name: `anchor-${type}`,
    labels: { anchor: type },
    nodeSelector: selectorOf({ [TYPE]: type }),
    ...room,
  });
}

function some(name: string, count: number, parts: PodParts = {}): readonly Pod[] {
  const owner = { kind: 'ReplicaSet', name, uid: name, replicas: count };
  return Array.from({ length: count }, (_, i) =>
    aPod({ name: `${name}-${i}`, labels: { app: name }, owner, ...parts }),
  );
}

describe('a rehearsal of the scheduler', () => {
  it('binds a pod where the largest share of the node stays free', () => {
    expect(typesOf(some('web', 1, { cpu: 400, memory: 800 }))).toEqual(['large']);
  });

  it('spreads the pods of one controller over nodes, though none of them says so', () => {
    expect(new Set(typesOf(some('web', 2, { cpu: 10, memory: 20 })))).toEqual(new Set(['small', 'large']));
  });

  it('prefers the nodes that a pod prefers', () => {
    const preferredNodes = [{ selector: selectorOf({ [TYPE]: 'small' }), weight: 50 }];
    expect(typesOf(some('web', 1, { cpu: 100, memory: 200, preferredNodes }))).toEqual(['small']);
  });

  it('prefers to be near whom a pod prefers', () => {
    const affinity = {
      topologyKey: HOSTNAME,
      selector: selectorOf({ anchor: 'small' }),
      namespaces: ['default'],
    };
    const preferredPods = [{ ...affinity, weight: 100 }];
    expect(typesOf(some('web', 1, { cpu: 100, memory: 200, preferredPods }))).toEqual(['small']);
  });

  it('obeys what is required, and tries again who waited for others', () => {
    const podAffinity = [
      { topologyKey: HOSTNAME, selector: selectorOf({ app: 'db' }), namespaces: ['default'] },
    ];
    const [db] = some('db', 1, { cpu: 100, nodeSelector: selectorOf({ [TYPE]: 'small' }) }) as [Pod];
    expect(typesOf([...some('web', 1, { podAffinity, cpu: 10 }), db])).toEqual(['small', 'small']);
  });

  it('leaves out who does not fit', () => {
    const { context, pods } = planned(some('web', 3, { cpu: 600, memory: 100 }), [SMALL]);
    const { bound, unscheduled } = new SchedulerDryRuns(context, [pods[0]!.bin]).run(
      [...pods, ...pods],
      seededRandom(),
    );
    expect([bound.length, unscheduled.length]).toEqual([3, 3]);
  });
});
