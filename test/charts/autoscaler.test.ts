import { describe, expect, it } from '@jest/globals';
import { type Manifest, objectOf, objectsOf } from './generated-objects.ts';

const FILE = 'clusters/production/autoscaler/autoscaler.yaml';

describe("the autoscaler's manifests", () => {
  it('name no namespace on objects of the whole cluster', () => {
    for (const kind of ['ClusterRole', 'ClusterRoleBinding']) {
      expect(objectOf(FILE, kind).metadata.namespace).toBeUndefined();
    }
  });

  it('select pods by our own labels, never by one that is derived from the construct tree', () => {
    expect(objectOf(FILE, 'Deployment').spec.selector.matchLabels).toEqual({
      'app.kubernetes.io/name': 'smartscale',
    });
    expect(objectOf(FILE, 'Service').spec.selector).toEqual({ 'app.kubernetes.io/name': 'smartscale' });
  });

  it('keep the autoscaler off every node that it can remove', () => {
    const { affinity, tolerations } = objectOf(FILE, 'Deployment').spec.template.spec;
    const terms = affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
    expect(terms).toEqual([
      { matchExpressions: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }] },
    ]);
    expect(tolerations).toHaveLength(1);
  });

  it('ask for what the autoscaler uses, not for the library defaults', () => {
    const { resources } = objectOf(FILE, 'Deployment').spec.template.spec.containers[0];
    expect(resources.requests).toEqual({ cpu: '100m', memory: '192Mi' });
  });

  it('grant no wildcard, no secret and no way past the Eviction API', () => {
    const rules: readonly Manifest[] = objectsOf(FILE).flatMap((object) => object.rules ?? []);
    expect(rules.length).toBeGreaterThan(0);
    const everything = rules.flatMap(
      (rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs] as string[],
    );
    expect(everything).not.toContain('*');
    expect(everything).not.toContain('secrets');
    const onPods = rules
      .filter((rule) => rule.resources.includes('pods'))
      .flatMap((rule) => rule.verbs as string[]);
    expect(new Set(onPods)).toEqual(new Set(['list', 'watch']));
  });
});
