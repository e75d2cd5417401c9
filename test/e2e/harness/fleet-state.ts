import { expect } from '@jest/globals';
import { STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import { TAG } from '../../../src/model/tags.ts';
import type { KubeClient, KubeObject } from './kube-client.ts';
import { fleetInstances } from './machine-bridge.ts';
import { eventually, type PollOptions } from './poll.ts';
import { CLUSTER_NAME, type World } from './world.ts';

/** The Nodes of the fleet: those that came from EC2. */
export async function workers(kube: KubeClient): Promise<readonly KubeObject[]> {
  return (await kube.list('/api/v1/nodes')).filter((node) => node['spec'].providerID !== undefined);
}

/** Ids of the fleet's instances that cost money. */
export async function aliveInstances(world: World): Promise<readonly string[]> {
  const instances = await fleetInstances(world.moto.client, CLUSTER_NAME);
  return instances
    .filter((instance) => instance.State?.Name === 'pending' || instance.State?.Name === 'running')
    .map((instance) => instance.InstanceId ?? '');
}

export function isCordoned(node: KubeObject): boolean {
  return node['spec'].unschedulable === true;
}

/** Ready, admitted and not cordoned. */
export function isUsable(node: KubeObject): boolean {
  const conditions = (node['status'].conditions ?? []) as readonly { type: string; status: string }[];
  const taints = (node['spec'].taints ?? []) as readonly { key: string }[];
  return (
    conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True') &&
    !taints.some((taint) => taint.key === STARTUP_TAINT_KEY) &&
    !isCordoned(node)
  );
}

/** Waits until the fleet is exactly this many usable workers, each with its instance and no instance without a worker. */
export async function untilSettled(
  world: World,
  count: number,
  options: PollOptions = {},
): Promise<readonly KubeObject[]> {
  return eventually(
    `a settled fleet of ${count}`,
    async () => {
      const [nodes, instances] = [await workers(world.kube), await aliveInstances(world)];
      const names = new Set(nodes.map((node) => node.metadata.name));
      const isWhole =
        nodes.length === count && instances.length === count && instances.every((id) => names.has(id));
      return isWhole && nodes.every(isUsable) ? nodes : undefined;
    },
    { deadlineMs: 120_000, everyMs: 100, ...options },
  );
}

/** No instance without a Node, no Node without an instance, no cordon left, and no launch intent that made two instances. */
export async function expectNothingLeaked(world: World): Promise<void> {
  const nodes = await workers(world.kube);
  expect(new Set(nodes.map((node) => node.metadata.name))).toEqual(new Set(await aliveInstances(world)));
  expect(nodes.filter(isCordoned)).toEqual([]);
  const instances = await fleetInstances(world.moto.client, CLUSTER_NAME);
  const intents = instances.map((i) => i.Tags?.find((tag) => tag.Key === TAG.operation)?.Value);
  expect(intents).not.toContain(undefined);
  expect(new Set(intents).size).toBe(intents.length);
}

/** Events on an object, by reason. */
export async function eventsOn(kube: KubeClient, kind: string, name: string): Promise<readonly KubeObject[]> {
  const events = await kube.list('/api/v1/events');
  return events.filter(
    (event) => event['involvedObject'].kind === kind && event['involvedObject'].name === name,
  );
}
