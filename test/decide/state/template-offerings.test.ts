import { describe, expect, it } from '@jest/globals';
import { withNodeTemplate } from '../../../src/decide/state/template-offerings.ts';
import type { Node } from '../../../src/model/node.ts';
import type { Pod } from '../../../src/model/pod.ts';
import { policySchema } from '../../../src/policy/policy-schema.ts';
import { aNode, SMALL } from '../../builders/fleet.ts';
import { aPendingPod } from '../../builders/pod.ts';
import { aSnapshot } from '../../builders/snapshot.ts';

const policy = policySchema.parse({});
const team = { ...aNode().labels, team: 'core' };

function offeringOf(type: string, nodes: readonly Node[], pods: readonly Pod[] = [], by = policy) {
  const { offerings } = withNodeTemplate(aSnapshot({ nodes, pods }), by);
  return offerings.find((offering) => offering.type === type);
}

const asking = (name: string) =>
  aPendingPod({ requests: { cpuMillis: 100, memoryMiB: 100, pods: 1, extended: { [name]: 1 } } });

describe('withNodeTemplate', () => {
  it('gives an offering the labels that all ready workers of its type have in common', () => {
    const nodes = [aNode({ labels: { ...team, rack: '1' } }), aNode({ name: 'i-2', labels: team })];
    expect(offeringOf('t3.small', nodes)?.labels).toEqual({ team: 'core' });
    expect(offeringOf('t3a.small', nodes)?.labels).toBeUndefined();
    const other = aNode({ name: 'i-3' });
    expect(offeringOf('t3.small', [...nodes, other])?.labels).toBeUndefined();
  });

  it('gives it their lasting taints, and none that leave by themselves', () => {
    const lasting = { key: 'dedicated', value: 'web', effect: 'NoSchedule' as const };
    const booting = [
      { key: 'node.cilium.io/agent-not-ready', value: '', effect: 'NoExecute' as const },
      { key: 'node.kubernetes.io/memory-pressure', value: '', effect: 'NoSchedule' as const },
    ];
    expect(offeringOf('t3.small', [aNode({ taints: [lasting, ...booting] })])?.taints).toEqual([lasting]);
    expect(offeringOf('t3.small', [aNode({ taints: booting })])?.taints).toBeUndefined();
  });

  it('reads the policy before there is a worker of the type', () => {
    const by = policySchema.parse({ instances: { template: { labels: { team: 'shop' } } } });
    expect(offeringOf('t3.small', [], [], by)?.labels).toEqual({ team: 'shop' });
    expect(offeringOf('t3.small', [aNode()], [], by)?.labels).toBeUndefined();
  });

  it('counts the disk for pods that ask for ephemeral storage, until a worker says what is left of it', () => {
    const pods = [asking('ephemeral-storage')];
    const extended = { 'ephemeral-storage': 15_000 };
    const seen = aNode({ allocatable: { ...SMALL, extended } });
    expect(offeringOf('t3.small', [], pods)?.allocatable.extended).toEqual({ 'ephemeral-storage': 18_432 });
    expect(offeringOf('t3.small', [seen], pods)?.allocatable.extended).toEqual(extended);
    expect(offeringOf('t3.small', [seen])?.allocatable.extended).toBeUndefined();
  });

  it('lets a new node attach as many volumes as the least of those that are there', () => {
    const name = 'attachable-volumes-csi-ebs.csi.aws.com';
    const limited = (most: number, parts: Partial<Node> = {}) =>
      aNode({ allocatable: { ...SMALL, extended: { [name]: most } }, ...parts });
    const nodes = [limited(26), limited(24, { name: 'i-2' })];
    expect(offeringOf('t3a.small', nodes, [asking(name)])?.allocatable.extended).toEqual({ [name]: 24 });
  });

  it('knows no offering that has a device which no worker of its type has', () => {
    const pods = [asking('nvidia.com/gpu')];
    expect(offeringOf('t3.small', [aNode()], pods)?.allocatable.extended).toBeUndefined();
  });

  it('is the same snapshot where nothing is to be added', () => {
    const snapshot = aSnapshot({ nodes: [aNode()] });
    expect(withNodeTemplate(snapshot, policy)).toBe(snapshot);
  });
});
