import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import type { Node } from '../../../src/model/node.ts';
import type { Offering } from '../../../src/model/offering.ts';
import type { Pod } from '../../../src/model/pod.ts';
import { selectorOf } from '../../../src/model/selector.ts';
import { aNode, anOffering } from '../../builders/fleet.ts';
import { aPendingPod, aPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot } from '../../builders/snapshot.ts';

const NOW = 10_000_000;
const ZONES = ['ap-southeast-1a', 'ap-southeast-1b'];
const ZONE = 'topology.kubernetes.io/zone';
const size = (cores: number, memoryMiB = cores * 2000) => ({
  cpuMillis: cores * 1000 - 100,
  memoryMiB,
  pods: 110,
});

/** A size of machine in both zones, on-demand. */
function inBothZones(type: string, parts: Partial<Offering>): readonly Offering[] {
  return ZONES.map((zone) => anOffering({ type, zone, ...parts }));
}

const workers = ZONES.map((zone, i) => aNode({ name: `i-${i}`, zone }));
const fullOf = ({ name }: Node) => aPod({ name: `on-${name}`, nodeName: name, cpu: 1900, labels: {} });

/** The launches for the waiting pods, beside full nodes. */
function launchesFor(waiting: readonly Pod[], offerings: readonly Offering[], nodes = workers) {
  const policy = aPolicy({ spot: { percent: 0 }, pending: { maxNodesPerDecision: 10 } });
  const pods = [...waiting, ...nodes.map(fullOf)];
  const { actions } = decide(policy, aSnapshot({ nodes, pods, offerings }), NOW);
  return actions.filter((action) => action.kind === 'launch');
}

/** What is bought for the waiting pods, `type/zone ← pods`. */
function buy(waiting: readonly Pod[], offerings: readonly Offering[]) {
  return launchesFor(waiting, offerings).map(
    (launch) => `${launch.offerings[0]} ← ${launch.nominatedPods.join(' ')}`,
  );
}

function pending(name: string, cpu: number, parts: Partial<Pod> = {}): Pod {
  return aPendingPod({ name, cpu, sinceMs: NOW - 60_000, ...parts });
}

describe('the nodes that are bought for waiting pods', () => {
  const small = inBothZones('small', { priceUsdPerHour: 0.03, allocatable: size(2) });
  const large = inBothZones('large', { priceUsdPerHour: 0.05, allocatable: size(4) });

  it('are a mix of sizes, each the cheapest that holds its pods', () => {
    const pods = [pending('a', 1800), pending('b', 1800), pending('c', 1500)];
    expect(
      buy(pods, [...small, ...large])
        .map((launch) => launch.split('/')[0] ?? '')
        .sort(),
    ).toEqual(['large', 'small']);
    expect(buy(pods.slice(0, 2), [...small, ...large]).map((launch) => launch.split('/')[0] ?? '')).toEqual([
      'large',
    ]);
    expect(buy(pods.slice(0, 1), [...small, ...large]).map((launch) => launch.split('/')[0] ?? '')).toEqual([
      'small',
    ]);
  });

  it('are of unknown price only where nothing else holds the pods', () => {
    const unknown = inBothZones('unknown', { priceUsdPerHour: undefined, allocatable: size(8) });
    expect(buy([pending('a', 1800)], [...unknown, ...small])[0]).toMatch(/^small/);
    expect(buy([pending('a', 3800)], [...unknown, ...small])[0]).toMatch(/^unknown/);
  });

  it('go to the zone with the fewest workers where no rule says where', () => {
    const zones = buy([pending('a', 1800), pending('b', 1800)], small).map(
      (launch) => launch.split(/[/ ]/)[1] ?? '',
    );
    expect(zones.sort()).toEqual(ZONES);
  });

  it('stay in the zones that a spread needs them in, whatever other zones cost', () => {
    const selector = selectorOf({ app: 'web' });
    const spread = [{ topologyKey: ZONE, maxSkew: 1, selector, whenUnsatisfiable: 'DoNotSchedule' as const }];
    const pods = ['a', 'b'].map((name) => pending(name, 900, { topologySpread: spread }));
    const dearB = small.map((one) => (one.zone === ZONES[1] ? { ...one, priceUsdPerHour: 0.3 } : one));
    const launches = buy(pods, dearB);
    expect(launches.map((launch) => launch.split(/[/ ]/)[1] ?? '').sort()).toEqual(ZONES);
  });

  describe('for pods that would rather be in some zone', () => {
    const selector = selectorOf({ app: 'web' });
    const spread = (whenUnsatisfiable: 'ScheduleAnyway' | 'DoNotSchedule') => [
      { topologyKey: ZONE, maxSkew: 1, selector, whenUnsatisfiable },
    ];
    const inB = aNode({ name: 'i-2', zone: ZONES[1]! });
    const nearB = [{ topologyKey: ZONE, selector, namespaces: ['default'], weight: 100 }];
    const webIn = (node: Node) => aPod({ name: `web-${node.name}`, nodeName: node.name, cpu: 0 });
    const zonesOf = (waiting: readonly Pod[], nodes: readonly Node[] = workers) =>
      launchesFor(waiting, small, [...nodes]).map(({ offerings }) =>
        offerings.map((key) => key.split('/')[1]),
      );

    it('may be in every zone, the least crowded first', () => {
      const soft = pending('a', 900, { topologySpread: spread('ScheduleAnyway') });
      const web = pending('a', 900, { preferredPods: nearB });
      expect(zonesOf([soft], [...workers, inB])).toEqual([ZONES]);
      expect(zonesOf([web, webIn(inB)], [...workers, inB])).toEqual([ZONES]);
    });

    it('are in the zone that they prefer where both are equally crowded', () => {
      const near = pending('a', 900, { preferredPods: nearB });
      expect(zonesOf([near, webIn(workers[1]!)])).toEqual([ZONES.toReversed()]);
      expect(zonesOf([near, webIn(workers[0]!)])).toEqual([ZONES]);
    });

    it('may be in every zone that rules allow, and in no other', () => {
      const hard = pending('a', 900, { topologySpread: spread('DoNotSchedule') });
      expect(zonesOf([hard])).toEqual([ZONES]);
      expect(zonesOf([hard, webIn(workers[0]!)])).toEqual([[ZONES[1]]]);
      const two = [hard, pending('b', 1800, { topologySpread: spread('DoNotSchedule') })];
      expect(zonesOf(two).toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))).toEqual(
        ZONES.map((zone) => [zone]),
      );
    });
  });

  it('come first for the pods with the highest priority', () => {
    const pods = [
      pending('low', 1800),
      pending('high', 1800, { priority: 1000 }),
      pending('mid', 1800, { priority: 10 }),
    ];
    expect(buy(pods, small).map((launch) => launch.split(' ← ')[1])).toEqual([
      'default/high',
      'default/mid',
      'default/low',
    ]);
  });
});
