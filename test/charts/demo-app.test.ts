import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CLUSTERS } from '../../charts/clusters.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { objectOf } from './generated-objects.ts';

const FILE = 'clusters/production/apps/demo-app.yaml';
const deployment = () => objectOf(FILE, 'Deployment').spec;
const pod = () => deployment().template.spec;
const container = () => pod().containers[0];

describe("the demo app's manifests", () => {
  it('leave the number of pods to the autoscaling', () => {
    expect(deployment()).not.toHaveProperty('replicas');
    const { minReplicas, maxReplicas, scaleTargetRef, metrics } = objectOf(
      FILE,
      'HorizontalPodAutoscaler',
    ).spec;
    expect([minReplicas, maxReplicas]).toEqual([2, 10]);
    expect(scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'demo-app' });
    expect(
      Object.fromEntries(
        metrics.map(
          ({ resource }: { resource: { name: string; target: { averageUtilization: number } } }) => [
            resource.name,
            resource.target.averageUtilization,
          ],
        ),
      ),
    ).toEqual({ cpu: 70, memory: 75 });
  });

  it('grow by twice or by two pods in 30 s, and shrink by half in 60 s after five calm minutes', () => {
    const { scaleUp, scaleDown } = objectOf(FILE, 'HorizontalPodAutoscaler').spec.behavior;
    expect(scaleUp).toEqual({
      selectPolicy: 'Max',
      policies: [
        { type: 'Percent', value: 100, periodSeconds: 30 },
        { type: 'Pods', value: 2, periodSeconds: 30 },
      ],
    });
    expect(scaleDown).toEqual({
      stabilizationWindowSeconds: 300,
      policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }],
    });
  });

  it.each(CLUSTERS)('ask $name for no more pods than its policy allows workers', ({ name, demoApp }) => {
    const reading = parsePolicy(readFileSync(`clusters/${name}/policy.yaml`, 'utf8'));
    if (!reading.valid) throw new Error(`the policy of ${name} is not valid`);
    expect(demoApp.maxReplicas).toBeLessThanOrEqual(reading.policy.nodes.max);
    expect(demoApp.minReplicas).toBeLessThanOrEqual(reading.policy.nodes.min);
  });

  it('put one pod of a revision on a worker, so that one more needs one more, and never one on the control plane', () => {
    const { nodeAffinity, podAntiAffinity } = pod().affinity;
    expect(nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([
      { matchExpressions: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'DoesNotExist' }] },
    ]);
    expect(podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution).toEqual([
      {
        topologyKey: 'kubernetes.io/hostname',
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'demo-app' } },
        matchLabelKeys: ['pod-template-hash'],
      },
    ]);
    expect(pod()).not.toHaveProperty('tolerations');
  });

  it('prefer to spread over zones', () => {
    expect(pod().topologySpreadConstraints).toEqual([
      expect.objectContaining({
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
      }),
    ]);
  });

  it('let one pod be evicted at a time', () => {
    expect(objectOf(FILE, 'PodDisruptionBudget').spec).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'demo-app' } },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });

  it('wait longer for the end of a pod than the app may take, and no longer than a drain grants', () => {
    const drain = Number(/--drain-seconds=(\d+)/.exec(container().args.join(' '))?.[1]);
    expect(pod().terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain + 35);
    expect(pod().terminationGracePeriodSeconds).toBeLessThanOrEqual(60);
  });

  it('serve on port 30080 of every node, and reach the container by the port that it listens on', () => {
    const [port] = objectOf(FILE, 'Service').spec.ports;
    expect(port).toMatchObject({ port: 80, nodePort: 30_080, targetPort: 'http' });
    const { containerPort } = container().ports[0];
    expect(container().args).toContain(`--port=${containerPort}`);
    expect(deployment().template.metadata.annotations).toMatchObject({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(containerPort),
    });
    const { ingress, policyTypes } = objectOf(FILE, 'NetworkPolicy').spec;
    expect({ ingress, policyTypes }).toEqual({
      ingress: [{ ports: [{ port: containerPort, protocol: 'TCP' }] }],
      policyTypes: ['Ingress'],
    });
  });

  it('ask for what the requirements say', () => {
    expect(container().resources).toEqual({
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: '500m', memory: '512Mi' },
    });
    expect(container().livenessProbe.httpGet.path).toBe('/health');
    expect(container().readinessProbe.httpGet.path).toBe('/ready');
  });
});
