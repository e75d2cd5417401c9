import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../src/model/node.ts';
import { selectorOf } from '../../../src/model/selector.ts';
import { ClusterState } from '../../../src/simulate/cluster/cluster-state.ts';
import { chooseNode } from '../../../src/simulate/cluster/scheduler.ts';
import { aNode } from '../../builders/fleet.ts';
import { aPod } from '../../builders/pod.ts';

function stateOf(nodes: readonly Node[], pods: readonly ReturnType<typeof aPod>[] = []): ClusterState {
  const state = new ClusterState();
  for (const node of nodes) state.putNode(node);
  for (const pod of pods) state.putPod(pod);
  return state;
}

const TWO_ZONES = [aNode({ name: 'a' }), aNode({ name: 'b', zone: 'ap-southeast-1b' })];
const ZONE = 'topology.kubernetes.io/zone';
const web = selectorOf({ app: 'web' });
const antiAffinity = [{ topologyKey: 'kubernetes.io/hostname', selector: web, namespaces: ['default'] }];

describe('chooseNode', () => {
  it('prefers the node with most room, then the first by name', () => {
    expect(chooseNode(aPod(), stateOf(TWO_ZONES))).toBe('a');
    expect(chooseNode(aPod(), stateOf(TWO_ZONES, [aPod({ nodeName: 'a' })]))).toBe('b');
  });

  it('does not use a node that is full, cordoned, not ready or tainted', () => {
    expect(chooseNode(aPod({ cpu: 1900 }), stateOf([aNode()], [aPod({ nodeName: 'i-1' })]))).toBeUndefined();
    expect(chooseNode(aPod(), stateOf([aNode({ isUnschedulable: true })]))).toBeUndefined();
    expect(chooseNode(aPod(), stateOf([aNode({ isReady: false })]))).toBeUndefined();
    const taints = [{ key: 'k', value: '', effect: 'NoSchedule' as const }];
    expect(chooseNode(aPod(), stateOf([aNode({ taints })]))).toBeUndefined();
    expect(chooseNode(aPod({ tolerations: [{ operator: 'Exists' }] }), stateOf([aNode({ taints })]))).toBe(
      'i-1',
    );
  });

  it('obeys selectors, affinity alternatives and volume zones', () => {
    const inB = selectorOf({ [ZONE]: 'ap-southeast-1b' });
    expect(chooseNode(aPod({ nodeSelector: inB }), stateOf(TWO_ZONES))).toBe('b');
    expect(chooseNode(aPod({ nodeAffinityTerms: [inB] }), stateOf(TWO_ZONES))).toBe('b');
    expect(chooseNode(aPod({ volumeNodes: [[inB]] }), stateOf(TWO_ZONES))).toBe('b');
    expect(
      chooseNode(aPod({ volumeNodes: [[inB], [selectorOf({ [ZONE]: 'elsewhere' })]] }), stateOf(TWO_ZONES)),
    ).toBeUndefined();
  });

  it('keeps host ports and anti-affine pods apart, in both directions', () => {
    const port = { hostPorts: ['TCP/80'] };
    expect(chooseNode(aPod(port), stateOf([aNode()], [aPod({ ...port, nodeName: 'i-1' })]))).toBeUndefined();
    const lonely = { podAntiAffinity: antiAffinity };
    expect(chooseNode(aPod(lonely), stateOf([aNode()], [aPod({ nodeName: 'i-1' })]))).toBeUndefined();
    expect(chooseNode(aPod(), stateOf([aNode()], [aPod({ ...lonely, nodeName: 'i-1' })]))).toBeUndefined();
  });

  it('puts affine pods together, the first of them anywhere', () => {
    const together = { podAffinity: [{ topologyKey: ZONE, selector: web, namespaces: ['default'] }] };
    expect(chooseNode(aPod(together), stateOf(TWO_ZONES))).toBe('a');
    expect(chooseNode(aPod(together), stateOf(TWO_ZONES, [aPod({ nodeName: 'b' })]))).toBe('b');
  });

  it('keeps the skew of a required spread', () => {
    const topologySpread = [
      { topologyKey: ZONE, maxSkew: 1, selector: web, whenUnsatisfiable: 'DoNotSchedule' as const },
    ];
    const full = aPod({ cpu: 1850, labels: { app: 'other' }, nodeName: 'b' });
    const pod = aPod({ topologySpread });
    expect(chooseNode(pod, stateOf(TWO_ZONES, [full]))).toBe('a');
    expect(chooseNode(pod, stateOf(TWO_ZONES, [full, aPod({ nodeName: 'a' })]))).toBeUndefined();
  });
});
