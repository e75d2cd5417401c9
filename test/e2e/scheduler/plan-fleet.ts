import type { Offering } from '../../../src/model/offering.ts';
import { podRef } from '../../../src/model/pod.ts';
import { type FleetPacking, packFleet } from '../../../src/packing/pack-fleet.ts';
import type { KubeObject } from '../harness/kube-client.ts';
import { plannedNode } from './planned-node.ts';
import type { PodKey } from './pod-watch.ts';
import { readCluster } from './read-cluster.ts';
import type { SchedulerLab } from './scheduler-lab.ts';
import { ownedPods, type Workload } from './workload.ts';

/** A workload with the fleet that the packer would buy for it. */
export interface PlannedWorkload {
  readonly workload: Workload;
  /** The workload's pods, ready to be created. */
  readonly pods: readonly KubeObject[];
  /** Node objects, ready to be created. */
  readonly nodes: readonly KubeObject[];
  /** In the packer's order: pod and name of its node. */
  readonly bindings: readonly { readonly pod: PodKey; readonly node: string }[];
  /** Pods that the packer says no node can hold, with its reason. */
  readonly unplaced: ReadonlyMap<PodKey, string>;
}

/**
 * Creates the workload's volumes, DaemonSets and controllers and plans a fleet for its pods, which stay unborn: they are read as the API
 * server would complete them, its defaults, priorities and overheads included.
 */
export async function planFleet(lab: SchedulerLab, workload: Workload): Promise<PlannedWorkload> {
  const { volumes, daemonSets, owners } = workload;
  const standing = await lab.create([...volumes, ...daemonSets, ...owners]);
  const owned = ownedPods(workload, standing);
  const { pods, daemons } = readCluster([...lab.standing, ...standing, ...(await lab.complete(owned))]);
  const packing = packFleet(pods, workload.offerings, { daemons });
  return {
    workload,
    pods: owned,
    nodes: packing.nodes.map(({ id, offering }) => plannedNode(nodeName(id), offering)),
    bindings: packing.bindings.map(({ pod, nodeId }) => ({ pod: podRef(pod), node: nodeName(nodeId) })),
    unplaced: new Map(packing.unplaced.map(({ pod, reason }) => [podRef(pod), reason.text])),
  };

  function nodeName(id: FleetPacking['nodes'][number]['id']): string {
    return `${workload.name}-${id}`;
  }
}

/** One empty node of every offering, as if each had just been bought. */
export function oneOfEach(workload: Workload, offerings: readonly Offering[]): readonly KubeObject[] {
  return offerings.map((offering, index) => plannedNode(`${workload.name}-empty-${index}`, offering));
}
