import { describe, expect, it } from '@jest/globals';
import { autoscalerPod } from '../../charts/autoscaler-pod.ts';
import { CLUSTERS } from '../../charts/clusters.ts';
import { type Manifest, objectOf, objectsOf } from './generated-objects.ts';

const FILE = 'clusters/production/autoscaler/autoscaler.yaml';
const POD_LABELS = { 'app.kubernetes.io/name': 'smartscale' };
const PROMETHEUS = {
  namespaceSelector: {
    matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' },
  },
  podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } },
};

function podSpec(): Manifest {
  return objectOf(FILE, 'Deployment').spec.template.spec;
}

describe("the autoscaler's manifests", () => {
  it('select pods by our own labels, never by one that is derived from the construct tree', () => {
    const { selector, template } = objectOf(FILE, 'Deployment').spec;
    expect(selector.matchLabels).toEqual(POD_LABELS);
    expect(template.metadata.labels).toEqual({
      ...POD_LABELS,
      'app.kubernetes.io/part-of': 'smartscale',
    });
    expect(objectOf(FILE, 'Service').spec.selector).toEqual(POD_LABELS);
    expect(objectOf(FILE, 'NetworkPolicy').spec.podSelector.matchLabels).toEqual(POD_LABELS);
  });

  it('keep the autoscaler off every node that it can remove', () => {
    const { affinity, tolerations } = podSpec();
    const terms = affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
    expect(terms).toEqual([
      {
        matchExpressions: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
      },
    ]);
    expect(tolerations).toEqual([
      {
        key: 'node-role.kubernetes.io/control-plane',
        operator: 'Exists',
        effect: 'NoSchedule',
      },
    ]);
  });

  it('name the queue of interruptions where the cluster has one', () => {
    const [first] = CLUSTERS;
    if (first === undefined) throw new Error('there is no cluster');
    const interruptionQueueUrl = 'https://sqs.ap-southeast-1.amazonaws.com/123456789012/smartscale';
    const environment = (aws: (typeof first)['aws']) =>
      autoscalerPod('smartscale', POD_LABELS, { ...first, aws }).containers[0]?.env ?? [];
    const entry = {
      name: 'SMARTSCALE_INTERRUPTION_QUEUE_URL',
      value: interruptionQueueUrl,
    };
    expect(environment({ ...first.aws, interruptionQueueUrl })).toContainEqual(entry);
    expect(environment(first.aws).map(({ name }) => name)).not.toContain(entry.name);
  });

  it('run a leader and a standby, apart where they can and together on a single server', () => {
    expect(objectOf(FILE, 'Deployment').spec.replicas).toBe(2);
    expect(podSpec().affinity.podAntiAffinity).toBeUndefined();
    expect(podSpec().topologySpreadConstraints).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: POD_LABELS },
      },
    ]);
  });

  it('keep one replica while a server is drained, and let the drain end', () => {
    expect(objectOf(FILE, 'PodDisruptionBudget').spec).toEqual({
      selector: { matchLabels: POD_LABELS },
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });

  it('ask for what the autoscaler uses, not for the library defaults', () => {
    const { resources } = podSpec().containers[0];
    expect(resources.requests).toEqual({ cpu: '100m', memory: '128Mi' });
    expect(resources.limits).toEqual({ memory: '512Mi' });
  });

  it('let Prometheus alone ask it, and let it reach Prometheus, the API server, EC2 and its role', () => {
    const { ingress, egress, policyTypes } = objectOf(FILE, 'NetworkPolicy').spec;
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    expect(ingress).toEqual([{ from: [PROMETHEUS], ports: [{ port: 8080, protocol: 'TCP' }] }]);
    expect(egress).toEqual([
      { to: [PROMETHEUS], ports: [{ port: 9090, protocol: 'TCP' }] },
      {
        ports: [
          { port: 6443, protocol: 'TCP' },
          { port: 443, protocol: 'TCP' },
        ],
      },
      {
        to: [{ ipBlock: { cidr: '169.254.169.254/32' } }],
        ports: [{ port: 80, protocol: 'TCP' }],
      },
    ]);
  });

  it('name the table where a cluster keeps its state outside itself, and only there', () => {
    const argumentsWith = (stateTable?: string) => {
      const [settings] = CLUSTERS;
      if (settings === undefined) throw new Error('there is no cluster');
      const aws = {
        ...settings.aws,
        ...(stateTable === undefined ? {} : { stateTable }),
      };
      return autoscalerPod('smartscale', POD_LABELS, { ...settings, aws }).containers[0]?.args ?? [];
    };
    expect(argumentsWith('smartscale')).toEqual([
      ...argumentsWith(),
      '--ledger=dynamodb',
      '--table=smartscale',
    ]);
    expect(podSpec().containers[0].args).toEqual(argumentsWith());
  });

  it('give the API access to the pod and to nothing else that runs as its account', () => {
    expect(objectOf(FILE, 'ServiceAccount').automountServiceAccountToken).toBe(false);
    expect(podSpec().automountServiceAccountToken).toBe(true);
  });

  it('touch the one fleet, the one lease and the one Kustomization by name', () => {
    const rules: readonly Manifest[] = objectsOf(FILE).flatMap((object) => object.rules ?? []);
    const named = (resource: string) =>
      rules
        .filter((rule) => rule.resources.includes(resource))
        .map((rule) => ({ verbs: rule.verbs, names: rule.resourceNames }));
    expect(named('nodefleets')).toEqual([{ verbs: ['list', 'watch'], names: ['production'] }]);
    expect(named('nodefleets/status')).toEqual([{ verbs: ['patch'], names: ['production'] }]);
    expect(named('kustomizations')).toEqual([{ verbs: ['get'], names: ['policy'] }]);
    expect(named('leases')).toEqual([
      { verbs: ['create'], names: undefined },
      { verbs: ['get', 'update'], names: ['smartscale'] },
    ]);
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
