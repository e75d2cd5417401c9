import { CreateFleetCommand, type CreateFleetCommandInput } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubeClient } from './harness/kube-client.ts';
import { measured } from './harness/measurements.ts';
import { ec2ClientOf } from './harness/moto.ts';
import { eventually } from './harness/poll.ts';
import { createPod } from './harness/workloads.ts';
import { CLUSTER_NAME, NAMESPACE, startWorld, type World } from './harness/world.ts';

let world: World;

beforeAll(async () => {
  const from = performance.now();
  world = await startWorld('harness');
  measured({ scenario: 'harness', what: 'everything up', seconds: (performance.now() - from) / 1000 });
});

afterAll(async () => {
  await world?.stop();
});

function fleet(token: string, parts: Partial<CreateFleetCommandInput> = {}): CreateFleetCommand {
  const overrides = world.moto.subnets.map((subnet) => ({
    InstanceType: 't3.small' as const,
    SubnetId: subnet.id,
  }));
  return new CreateFleetCommand({
    Type: 'instant',
    ClientToken: token,
    LaunchTemplateConfigs: [
      {
        LaunchTemplateSpecification: { LaunchTemplateId: world.moto.launchTemplateId, Version: '1' },
        Overrides: overrides,
      },
    ],
    TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: 'on-demand' },
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Cluster', Value: CLUSTER_NAME }] }],
    ...parts,
  });
}

describe('the shipped manifests', () => {
  it('pass Pod Security and put the autoscaler on the control plane', async () => {
    const pod = await eventually('the shipped Deployment to run', async () => {
      const pods = await world.kube.list(`/api/v1/namespaces/${NAMESPACE}/pods`);
      return pods.find((p) => p['status'].phase === 'Running');
    });
    expect(pod['spec'].nodeName).toBe('control-plane');
  });

  it.each([
    ['list', '', 'pods', ''],
    ['patch', '', 'nodes', ''],
    ['create', '', 'pods', 'eviction'],
    ['list', 'policy', 'poddisruptionbudgets', ''],
  ])('let the autoscaler %s %s/%s %s in the whole cluster', async (verb, group, resource, subresource) => {
    expect(await isAllowed({ verb, group, resource, subresource })).toBe(true);
  });

  it.each([
    ['delete', '', 'pods', ''],
    ['get', '', 'secrets', ''],
    ['create', '', 'pods', ''],
    ['update', 'apps', 'deployments', ''],
    ['create', '', 'nodes', ''],
    ['*', '*', '*', ''],
  ])('forbid it to %s %s/%s %s', async (verb, group, resource, subresource) => {
    expect(await isAllowed({ verb, group, resource, subresource })).toBe(false);
  });

  async function isAllowed(attributes: Readonly<Record<string, string>>): Promise<boolean> {
    const client = new KubeClient(await world.controlPlane.accessOf(NAMESPACE, 'smartscale'));
    const review = await client.create('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: attributes },
    });
    client.close();
    return review['status'].allowed as boolean;
  }
});

describe('the fault proxy', () => {
  it('answers the same token with the same instance', async () => {
    const client = ec2ClientOf(world.proxy.url);
    const first = await client.send(fleet('same'));
    const second = await client.send(fleet('same'));
    expect(first.Instances?.[0]?.InstanceIds).toHaveLength(1);
    expect(second.Instances?.[0]?.InstanceIds).toEqual(first.Instances?.[0]?.InstanceIds);
    client.destroy();
  });

  it('refuses a token that comes back with other parameters', async () => {
    const client = ec2ClientOf(world.proxy.url);
    await client.send(fleet('other'));
    const capacity = { TotalTargetCapacity: 2, DefaultTargetCapacityType: 'on-demand' as const };
    const again = client.send(fleet('other', { TargetCapacitySpecification: capacity }));
    await expect(again).rejects.toMatchObject({ name: 'IdempotentParameterMismatch' });
    client.destroy();
  });

  it('runs out of capacity in one zone and launches in the other', async () => {
    const client = ec2ClientOf(world.proxy.url);
    const giveBack = world.proxy.runOutOf({ zone: 'ap-southeast-1a' });
    const answer = await client.send(fleet('one zone'));
    giveBack();
    expect(answer.Errors?.map((error) => error.ErrorCode)).toEqual(['InsufficientInstanceCapacity']);
    expect(answer.Instances?.[0]?.LaunchTemplateAndOverrides?.Overrides?.SubnetId).toBe(
      world.moto.subnets.find((subnet) => subnet.zone === 'ap-southeast-1b')?.id,
    );
    client.destroy();
  });

  it('loses an answer, though the launch happened', async () => {
    const client = ec2ClientOf(world.proxy.url);
    world.proxy.loseAnswers('CreateFleet');
    await expect(client.send(fleet('lost'))).rejects.toThrow(/socket|ECONNRESET|hang up/);
    const again = await client.send(fleet('lost'));
    const outcomes = world.proxy
      .callsOf('CreateFleet')
      .filter((call) => call.form.get('ClientToken') === 'lost');
    expect(outcomes.map((call) => call.outcome)).toEqual(['lost', 'replayed']);
    expect(again.Instances?.[0]?.InstanceIds).toHaveLength(1);
    client.destroy();
  });

  it('throttles as EC2 does', async () => {
    const client = ec2ClientOf(world.proxy.url);
    world.proxy.throttleNext('CreateFleet');
    await expect(client.send(fleet('slow'))).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
    client.destroy();
  });
});

describe('the machines', () => {
  it('register as the shipped user data does, become Ready and run pods once they are admitted', async () => {
    const node = await eventually('a Node to be Ready', async () => {
      const nodes = await world.kube.list('/api/v1/nodes');
      return nodes.find(
        (n) =>
          n['spec'].providerID !== undefined &&
          n['status'].conditions?.some(
            (c: { type: string; status: string }) => c.type === 'Ready' && c.status === 'True',
          ),
      );
    });
    expect(node['spec'].providerID).toBe(
      `aws:///${node.metadata.labels?.['topology.kubernetes.io/zone']}/${node.metadata.name}`,
    );
    expect(node['spec'].taints).toContainEqual({ key: 'smartscale.dev/startup', effect: 'NoSchedule' });
    await world.kube.patch(`/api/v1/nodes/${node.metadata.name}`, { spec: { taints: null } });
    await createPod(world.kube, { name: 'first' });
    const pod = await eventually('the pod to run', async () => {
      const found = await world.kube.get('/api/v1/namespaces/default/pods/first');
      return found['status'].phase === 'Running' ? found : undefined;
    });
    expect(pod['spec'].nodeName).toBe(node.metadata.name);
  });

  it('are seen by Prometheus with the load that the test gives them', async () => {
    world.exporters.setAll({ cpuPercent: 80, memoryPercent: 40 });
    const busy = await eventually('Prometheus to see the load', async () => {
      const samples = await world.prometheus.query(
        'avg by (node) (1 - rate(node_cpu_seconds_total{mode="idle"}[5s])) * 2 * 100',
      );
      return samples.length > 0 && samples.every((s) => s.value > 0) ? samples : undefined;
    });
    expect(new Set(busy.map((sample) => sample.metric['node']))).toEqual(new Set(world.bridge.aliveNames()));
  });
});
