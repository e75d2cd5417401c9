import { isImplausibleLoss } from '../../model/implausible-loss.ts';
import { type Instance, isAlive, isEnding } from '../../model/instance.ts';
import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { isAdmitted, type Node } from '../../model/node.ts';
import { offeringKey } from '../../model/offering.ts';
import {
  hasEnded,
  type LaunchOperation,
  type Operation,
  type RemoveOperation,
} from '../../model/operation.ts';
import type { PolicyIdentity } from '../../model/policy-identity.ts';
import { INSTANCE_GONE, type Reason } from '../../model/reason.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** A node must lack an instance for this long before it counts as an orphan (F42, F44). */
const CONFIRMED_AFTER_MS = 30_000;
/** The watch and EC2's list may lag behind: what an operation that has just ended left behind is not an orphan yet. */
const SETTLE_MS = 30_000;
/** An implausible answer that does not change for this long, about nodes that are NotReady for as long, is accepted. */
const MAX_DOUBT_MS = 1_800_000;

/** What adopted operations are given: the decision that adopts them, and the times that the policy allows. */
export interface RecoveryContext {
  readonly decisionId: string;
  readonly policy: PolicyIdentity;
  readonly nowMs: number;
  readonly joinTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly graceLimitSeconds: number;
}

/**
 * Finds instances, nodes and drains that no operation in the ledger accounts for: after a restart with an empty ledger, a lost
 * response or a manual change. Each is returned as the operation that completes it or rolls it back.
 */
export class OrphanRecovery {
  /** Since when each node is seen without an instance. */
  readonly #missingSinceMs = new Map<string, number>();

  find(snapshot: Snapshot, recovery: RecoveryContext): readonly Operation[] {
    if (snapshot.instances.status === 'unknown') return orphanedDrains(snapshot, recovery);
    const instances = snapshot.instances.value;
    if (isAccountedFor(snapshot.nodes)(instances)) {
      this.#missingSinceMs.clear();
      return NOTHING;
    }
    return [
      ...orphanedLaunches(snapshot, instances, recovery),
      ...stoppedInstances(snapshot, instances, recovery),
      ...orphanedDrains(snapshot, recovery),
      ...nodesOfTerminatingInstances(snapshot, instances, recovery),
      ...this.#nodesWithoutInstance(snapshot, instances, recovery),
    ];
  }

  /** Nodes that are not Ready and whose instance EC2 does not list, seen so again and again. */
  #nodesWithoutInstance(
    snapshot: Snapshot,
    instances: readonly Instance[],
    recovery: RecoveryContext,
  ): readonly RemoveOperation[] {
    const listed = new Set(instances.map((instance) => instance.id));
    const workers = snapshot.nodes.filter((node) => !node.isControlPlane && node.instanceId !== undefined);
    const absent = workers.filter((node) => !node.isReady && !listed.has(node.instanceId ?? ''));
    const missing = workers.filter((node) => !listed.has(node.instanceId ?? '')).length;
    this.#updateMissingSince(absent, recovery.nowMs);
    const isDoubted = isImplausibleLoss(missing, workers.length);
    const patienceMs = isDoubted ? MAX_DOUBT_MS : CONFIRMED_AFTER_MS;
    return absent
      .filter((node) => recovery.nowMs - (this.#missingSinceMs.get(node.uid) ?? recovery.nowMs) >= patienceMs)
      .flatMap((node) =>
        removeOrphanNode(node, snapshot, recovery, `EC2 does not know the instance of node ${node.name}`),
      );
  }

  #updateMissingSince(absent: readonly Node[], nowMs: number): void {
    const uids = new Set(absent.map((node) => node.uid));
    for (const uid of this.#missingSinceMs.keys()) if (!uids.has(uid)) this.#missingSinceMs.delete(uid);
    for (const uid of uids) if (!this.#missingSinceMs.has(uid)) this.#missingSinceMs.set(uid, nowMs);
  }
}

const NOTHING: readonly Operation[] = [];

/**
 * Whether nodes and instances need no operation that accounts for them, as nearly always: each of our instances runs and is a
 * worker, or has ended without a node, each node of EC2 has its instance, and none is cordoned by us.
 */
const isAccountedFor = memoizeByIdentity((nodes: readonly Node[]) =>
  memoizeByIdentity((instances: readonly Instance[]): boolean => {
    const instanceOf = new Map(instances.map((instance) => [instance.id, instance]));
    const withNode = new Set<string>();
    for (const node of nodes) {
      const { instanceId, isControlPlane, cordonedBy } = node;
      if (instanceId === undefined) continue;
      if (cordonedBy !== undefined || !isAdmitted(node)) return false;
      const instance = instanceOf.get(instanceId);
      if (instance === undefined ? !isControlPlane : isEnding(instance)) return false;
      withNode.add(instanceId);
    }
    return instances.every((one) => isEnding(one) || (isAlive(one) && withNode.has(one.id)));
  }),
);

/**
 * Our instances that were stopped manually: they cost money and will not become workers again. Stopped instances of the warm pool
 * are left to its plan.
 */
function stoppedInstances(
  snapshot: Snapshot,
  instances: readonly Instance[],
  recovery: RecoveryContext,
): readonly RemoveOperation[] {
  return instances.flatMap((instance) => {
    if ((instance.state !== 'stopping' && instance.state !== 'stopped') || instance.isWarm === true)
      return [];
    const { id, operationId } = instance;
    if (operationId === undefined || isHandled(id, snapshot, { recovery, operationId })) return [];
    const nodeName = snapshot.nodes.find((node) => node.instanceId === id)?.name ?? id;
    const text = `Instance ${id} is ${instance.state}: it is terminated`;
    const operation = base(`gone-${id}`, { code: INSTANCE_GONE, text }, recovery);
    const { graceLimitSeconds } = recovery;
    return [
      { ...operation, kind: 'remove', step: 'terminating', nodeName, instanceId: id, graceLimitSeconds },
    ];
  });
}

/**
 * Our running instances that are no workers yet: their launch is adopted and continued, or rolled back after its deadline (F22,
 * F41).
 */
function orphanedLaunches(
  snapshot: Snapshot,
  instances: readonly Instance[],
  recovery: RecoveryContext,
): readonly LaunchOperation[] {
  const nodes = new Map(snapshot.nodes.map((node) => [node.instanceId, node]));
  return instances.flatMap((instance) => {
    const { operationId } = instance;
    if (operationId === undefined || !isAlive(instance)) return [];
    // Nearly every instance is a worker already: asked first, so that the ledger is not searched for each of them.
    const node = nodes.get(instance.id);
    if (node !== undefined && isAdmitted(node)) return [];
    if (isHandled(instance.id, snapshot, { recovery, operationId })) return [];
    const reason = recovered(
      `Instance ${instance.id} of launch ${operationId} has no operation in the ledger: adopted`,
    );
    return [
      {
        ...base(operationId, reason, recovery),
        kind: 'launch',
        step: 'launched',
        deadlineMs: instance.launchedAtMs + recovery.joinTimeoutMs,
        offerings: [offeringKey(instance)],
        offering: offeringKey(instance),
        attempt: 1,
        instanceId: instance.id,
        launchedAtMs: instance.launchedAtMs,
        faults: [],
        nominatedPods: [],
        startsCooldown: false,
      } satisfies LaunchOperation,
    ];
  });
}

/**
 * Nodes with our cordon annotation but without a running removal: the removal is adopted and continued, or aborted after its
 * deadline.
 */
function orphanedDrains(snapshot: Snapshot, recovery: RecoveryContext): readonly RemoveOperation[] {
  return snapshot.nodes.flatMap((node) => {
    const { cordonedBy: mark, instanceId } = node;
    if (mark === undefined || instanceId === undefined) return [];
    if (isHandled(instanceId, snapshot, { recovery, operationId: mark.operationId })) return [];
    const isOver = snapshot.operations.some((operation) => operation.id === mark.operationId);
    const reason = recovered(
      `Node ${node.name} is cordoned by removal ${mark.operationId}, which no operation carries out: adopted`,
    );
    const removal = removalOf(node, instanceId, base(mark.operationId, reason, recovery));
    const deadlineMs = mark.atMs + recovery.drainTimeoutMs;
    return [
      {
        ...removal,
        step: isOver ? 'aborting' : 'draining',
        deadlineMs,
        graceLimitSeconds: recovery.graceLimitSeconds,
      },
    ];
  });
}

/** Nodes whose instance is terminating: K3s does not delete Node objects, so we do. */
function nodesOfTerminatingInstances(
  snapshot: Snapshot,
  instances: readonly Instance[],
  recovery: RecoveryContext,
): readonly RemoveOperation[] {
  const terminating = new Map(instances.filter(isEnding).map((instance) => [instance.id, instance]));
  return snapshot.nodes.flatMap((node) => {
    const instance = terminating.get(node.instanceId ?? '');
    if (instance === undefined) return [];
    return removeOrphanNode(
      node,
      snapshot,
      recovery,
      `Instance ${instance.id} of node ${node.name} is ${instance.state}`,
    );
  });
}

function removeOrphanNode(
  node: Node,
  snapshot: Snapshot,
  recovery: RecoveryContext,
  fact: string,
): readonly RemoveOperation[] {
  const { instanceId } = node;
  if (instanceId === undefined || node.isControlPlane || isHandled(instanceId, snapshot, { recovery }))
    return [];
  const reason: Reason = { code: INSTANCE_GONE, text: `${fact}: the Node is deleted` };
  const operation = base(`gone-${instanceId}`, reason, recovery);
  return [
    {
      ...removalOf(node, instanceId, operation),
      step: 'terminating',
      graceLimitSeconds: recovery.graceLimitSeconds,
    },
  ];
}

function recovered(text: string): Reason {
  return { code: 'recovered', text };
}

type Base = ReturnType<typeof base>;

function base(id: string, reason: Reason, { decisionId, policy, nowMs, drainTimeoutMs }: RecoveryContext) {
  return {
    id,
    decisionId,
    policy,
    reasons: [reason],
    createdAtMs: nowMs,
    deadlineMs: nowMs + drainTimeoutMs,
  };
}

function removalOf(
  node: Node,
  instanceId: string,
  operation: Base,
): Base & Pick<RemoveOperation, 'kind' | 'nodeName' | 'instanceId'> {
  return { ...operation, kind: 'remove', nodeName: node.name, instanceId };
}

/**
 * Whether an operation deals with the instance, by its id or by its own, or did so until a moment ago. A clock that was set back
 * since then makes the end lie in the future: that is no moment ago.
 */
function isHandled(
  instanceId: string,
  snapshot: Snapshot,
  { recovery, operationId }: { readonly recovery: RecoveryContext; readonly operationId?: string },
): boolean {
  return snapshot.operations.some(
    (operation) =>
      (operation.instanceId === instanceId || operation.id === operationId) &&
      (!hasEnded(operation) || Math.abs(recovery.nowMs - (operation.endedAtMs ?? 0)) < SETTLE_MS),
  );
}
