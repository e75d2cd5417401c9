import { describe, expect, it } from '@jest/globals';
import { decide } from '../../src/decide/decide.ts';
import { selectorOf } from '../../src/model/selector.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { aLaunch, aNode, anOffering } from '../builders/fleet.ts';
import { aPendingPod, aPod, type PodParts } from '../builders/pod.ts';
import { aPolicy } from '../builders/policy.ts';
import { aSnapshot } from '../builders/snapshot.ts';

const NOW = 10_000_000;

/** The reason why a pod with these parts waits, in a cluster without room. */
function reasonFor(pod: PodParts, parts: Partial<Snapshot> = {}) {
  const nodes = [aNode({ name: 'i-1' }), aNode({ name: 'i-2', zone: 'ap-southeast-1b' })];
  const busy = nodes.map((node) => aPod({ nodeName: node.name, cpu: 1900 }));
  const pods = [...busy, aPendingPod({ name: 'it', sinceMs: 0, ...pod })];
  const plan = decide(aPolicy(), aSnapshot({ nodes, pods, ...parts }), NOW);
  expect(plan.actions).toEqual([]);
  return plan.refusals.find((refusal) => refusal.subject === 'default/it')?.reason;
}

describe('a pod that no purchase would help is refused', () => {
  it('with the amounts that the nearest offering lacks', () => {
    const requests = { cpuMillis: 3_000, memoryMiB: 100, pods: 1, extended: { 'nvidia.com/gpu': 2 } };
    const text = reasonFor({ requests })?.text;
    expect(text).toContain('lacks 1100m CPU, 2 nvidia.com/gpu');
  });

  it('with the label, the volume or the rule that no offering meets', () => {
    expect(reasonFor({ nodeSelector: selectorOf({ disk: 'ssd' }) })?.text).toContain(
      'labels that no worker has',
    );
    expect(
      reasonFor({ volumeNodes: [[selectorOf({ 'topology.kubernetes.io/zone': 'ap-southeast-1c' })]] })?.text,
    ).toContain('its volume lies in a zone');
  });

  it('as one that other pods keep from every place', () => {
    const podAffinity = [
      {
        topologyKey: 'kubernetes.io/hostname',
        selector: selectorOf({ app: 'ghost' }),
        namespaces: ['default'],
      },
    ];
    expect(reasonFor({ podAffinity })?.code).toBe('pod-unplaceable');
  });

  it('as one whose offerings rest', () => {
    const faults = [{ class: 'capacity' as const, code: 'c', message: '', offerings: [], atMs: NOW - 1_000 }];
    const key = 't3.medium/ap-southeast-1a/on-demand' as const;
    const operations = [aLaunch({ step: 'failed', endedAtMs: NOW - 1_000, offerings: [key], faults })];
    const big = anOffering({
      type: 't3.medium',
      allocatable: { cpuMillis: 3900, memoryMiB: 3400, pods: 110 },
    });
    const offerings = [anOffering(), big];
    expect(reasonFor({ cpu: 3_000 }, { operations, offerings })?.code).toBe('pod-offerings-resting');
  });
});
