import { describe, expect, it } from '@jest/globals';
import { podProtection } from '../../../../src/decide/disrupt/rules/pod-protections.ts';
import type { Pod } from '../../../../src/model/pod.ts';
import { selectorOf } from '../../../../src/model/selector.ts';
import { aPod } from '../../../builders/pod.ts';

const budget = (name: string, disruptionsAllowed: number) => ({
  namespace: 'default',
  name,
  selector: selectorOf({ app: 'web' }),
  disruptionsAllowed,
});

const running = aPod({ nodeName: 'i-1' });

const owner = (kind: string, replicas: number | undefined) => ({ kind, name: 'o', uid: 'o', replicas });

describe('a pod is not evicted', () => {
  const cases: readonly [string, string, Partial<Pod>][] = [
    ['when its annotation forbids it', 'pod-do-not-disrupt', { disruption: 'never' }],
    ['when it is the autoscaler', 'pod-autoscaler', { labels: { 'app.kubernetes.io/name': 'smartscale' } }],
    ['when it is a system pod', 'pod-kube-system', { namespace: 'kube-system' }],
    ['when no controller would make it again', 'pod-bare', { owner: undefined }],
    ['when it belongs to a StatefulSet', 'pod-stateful-set', { owner: owner('StatefulSet', 3) }],
    ['when it is the only replica', 'pod-single-replica', { owner: owner('Deployment', 1) }],
    ['when its replicas are unknown', 'pod-single-replica', { owner: owner('ReplicaSet', undefined) }],
    ['when its data lies on the node', 'pod-local-volume', { hasLocalVolume: true }],
    ['when it tolerates a cordoned node', 'pod-tolerates-cordon', { tolerations: [{ operator: 'Exists' }] }],
  ];
  it.each(cases)('%s', (_title, code, parts) => {
    const pod = aPod(parts);
    expect(podProtection(pod, [])).toMatchObject({ code });
    expect(podProtection(pod, [])?.text).toContain(`pod ${pod.namespace}/${pod.name} stays`);
  });

  it('when its budget allows no disruption now', () => {
    expect(podProtection(running, [budget('web', 0)])?.text).toContain('budget web allows 0');
    const unready = aPod({ nodeName: 'i-1', isUnready: true });
    expect(podProtection(unready, [budget('web', 0)])?.code).toBe('pod-budget');
  });

  it('when two budgets select it, which makes every eviction fail', () => {
    expect(podProtection(aPod(), [budget('b', 1), budget('a', 1)])?.text).toContain('(a, b)');
  });
});

describe('a pod may be evicted', () => {
  it('when its budget is not asked: it does not run, it ends already, or is unready where the budget lets it go', () => {
    const full = budget('web', 0);
    const unready = aPod({ nodeName: 'i-1', isUnready: true });
    expect(podProtection(aPod({ nodeName: 'i-1', phase: 'Pending' }), [full])).toBeUndefined();
    expect(podProtection(aPod({ nodeName: 'i-1', deletionRequestedAtMs: 1 }), [full])).toBeUndefined();
    expect(podProtection(unready, [{ ...full, unhealthyPods: 'AlwaysAllow' }])).toBeUndefined();
    expect(podProtection(unready, [{ ...full, isHealthy: true }])).toBeUndefined();
  });

  it('when nothing speaks against it', () => {
    expect(podProtection(running, [budget('web', 1)])).toBeUndefined();
    expect(podProtection(aPod({ owner: owner('Job', undefined) }), [])).toBeUndefined();
  });

  it('when its annotation lifts the rules on bare pods and local data', () => {
    const pod = aPod({ owner: undefined, hasLocalVolume: true, disruption: 'always' });
    expect(podProtection(pod, [])).toBeUndefined();
  });

  it('when it is the only replica and it or its owner allows that', () => {
    const single = owner('Deployment', 1);
    expect(podProtection(aPod({ owner: single, disruption: 'always' }), [])).toBeUndefined();
    expect(podProtection(aPod({ owner: { ...single, move: 'evict' } }), [])).toBeUndefined();
    expect(
      podProtection(aPod({ nodeName: 'i-1', owner: { ...single, move: 'evict' } }), [budget('web', 0)]),
    ).toMatchObject({
      code: 'pod-budget',
    });
    // No eviction is asked for: its Deployment replaces it.
    expect(
      podProtection(aPod({ nodeName: 'i-1', owner: { ...single, move: 'surge' } }), [budget('web', 0)]),
    ).toBeUndefined();
    const several = { ...owner('Deployment', 2), move: 'surge' as const };
    expect(podProtection(aPod({ nodeName: 'i-1', owner: several }), [budget('web', 0)])).toMatchObject({
      code: 'pod-budget',
    });
  });

  it('whatever budgets of other namespaces or labels say', () => {
    expect(podProtection(aPod(), [{ ...budget('x', 0), namespace: 'other' }])).toBeUndefined();
    expect(podProtection(aPod({ labels: {} }), [budget('x', 0)])).toBeUndefined();
  });
});
