import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { synthesize } from '../../charts/synthesize.ts';

// oxlint-disable-next-line typescript/no-explicit-any
type Manifest = any;

const CLUSTERS = join(import.meta.dirname, '..', '..', 'clusters');

function production(): readonly Manifest[] {
  const yaml = synthesize().get('production')?.get('autoscaler.yaml') ?? '';
  return parseAllDocuments(yaml).map((document) => document.toJS());
}

function ofKind(kind: string): Manifest {
  return production().find((object) => object.kind === kind);
}

describe('the manifests', () => {
  it('are the same bytes each time', () => {
    expect(synthesize()).toEqual(synthesize());
  });

  it('are committed as the charts make them', () => {
    for (const [cluster, files] of synthesize()) {
      for (const [file, yaml] of files) {
        expect(
          readFileSync(join(CLUSTERS, cluster, file), 'utf8')
            .split('\n')
            .slice(1)
            .join('\n'),
        ).toBe(yaml);
      }
    }
  });

  it('name no namespace on objects of the whole cluster', () => {
    for (const kind of ['Namespace', 'ClusterRole', 'ClusterRoleBinding']) {
      expect(ofKind(kind).metadata.namespace).toBeUndefined();
    }
  });

  it('select pods by our own labels, never by one that is derived from the construct tree', () => {
    expect(ofKind('Deployment').spec.selector.matchLabels).toEqual({
      'app.kubernetes.io/name': 'smartscale',
    });
    expect(ofKind('Service').spec.selector).toEqual({ 'app.kubernetes.io/name': 'smartscale' });
  });

  it('keep the autoscaler off every node that it can remove', () => {
    const { affinity, tolerations } = ofKind('Deployment').spec.template.spec;
    const terms = affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
    expect(terms).toEqual([
      { matchExpressions: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }] },
    ]);
    expect(tolerations).toHaveLength(1);
  });

  it('ask for what the autoscaler uses, not for the library defaults', () => {
    const { resources } = ofKind('Deployment').spec.template.spec.containers[0];
    expect(resources.requests).toEqual({ cpu: '100m', memory: '192Mi' });
  });

  it('grant no wildcard, no secret and no way past the Eviction API', () => {
    const rules = [...ofKind('ClusterRole').rules, ...ofKind('Role').rules] as Manifest[];
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
