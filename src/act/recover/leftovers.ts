import { type Instance, isAlive, isEnding } from '../../model/instance.ts';
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
import { areTooManyMissing } from '../../model/vanishing.ts';

/** A node without an instance must be seen so for this long before it is taken for a leftover (F42, F44). */
const CONFIRMED_AFTER_MS = 30_000;
/** The watch and EC2's list may lag behind: what an operation that ended so lately left there is not a leftover yet. */
const SETTLE_MS = 30_000;
/** An answer that stays the same for so long, about nodes that are silent for as long, is believed after all. */
const DOUBTED_AT_MOST_MS = 1_800_000;

/** What adopted operations are given: the decision that adopts them, and the times that the policy allows. */
export interface Adoption {
  readonly decisionId: string;
  readonly policy: PolicyIdentity;
  readonly nowMs: number;
  readonly joinTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly graceLimitSeconds: number;
}

/**
 * Finds what is under way, or left behind, that no operation of the ledger accounts for: after a restart with an empty
 * ledger, after a lost answer, after somebody else's hand. Each comes back as the operation that finishes or undoes it.
 */
export class Leftovers {
  /** Since when each node is seen without an instance. */
  readonly #bereftSinceMs = new Map<string, number>();

  find(snapshot: Snapshot, adoption: Adoption): readonly Operation[] {
    if (snapshot.instances.status === 'unknown') return lostDrains(snapshot, adoption);
    const instances = snapshot.instances.value;
    return [
      ...lostLaunches(snapshot, instances, adoption),
      ...stoppedInstances(snapshot, instances, adoption),
      ...lostDrains(snapshot, adoption),
      ...nodesOfGoingInstances(snapshot, instances, adoption),
      ...this.#nodesWithoutInstance(snapshot, instances, adoption),
    ];
  }

  /** Nodes that are not Ready and whose instance EC2 does not list, seen so again and again. */
  #nodesWithoutInstance(
    snapshot: Snapshot,
    instances: readonly Instance[],
    adoption: Adoption,
  ): readonly RemoveOperation[] {
    const listed = new Set(instances.map((instance) => instance.id));
    const workers = snapshot.nodes.filter((node) => !node.isControlPlane && node.instanceId !== undefined);
    const bereft = workers.filter((node) => !node.isReady && !listed.has(node.instanceId ?? ''));
    const missing = workers.filter((node) => !listed.has(node.instanceId ?? '')).length;
    this.#remember(bereft, adoption.nowMs);
    const isDoubted = areTooManyMissing(missing, workers.length);
    const patienceMs = isDoubted ? DOUBTED_AT_MOST_MS : CONFIRMED_AFTER_MS;
    return bereft
      .filter((node) => adoption.nowMs - (this.#bereftSinceMs.get(node.uid) ?? adoption.nowMs) >= patienceMs)
      .flatMap((node) =>
        farewell(node, snapshot, adoption, `EC2 does not know the instance of node ${node.name}`),
      );
  }

  #remember(bereft: readonly Node[], nowMs: number): void {
    const uids = new Set(bereft.map((node) => node.uid));
    for (const uid of this.#bereftSinceMs.keys()) if (!uids.has(uid)) this.#bereftSinceMs.delete(uid);
    for (const uid of uids) if (!this.#bereftSinceMs.has(uid)) this.#bereftSinceMs.set(uid, nowMs);
  }
}

/** Instances of ours that somebody stopped: they cost money and will not be a worker again. The warm pool's are decided upon. */
function stoppedInstances(
  snapshot: Snapshot,
  instances: readonly Instance[],
  adoption: Adoption,
): readonly RemoveOperation[] {
  return instances.flatMap((instance) => {
    if ((instance.state !== 'stopping' && instance.state !== 'stopped') || instance.isWarm === true)
      return [];
    const { id, operationId } = instance;
    if (operationId === undefined || isHandled(id, snapshot, { adoption, operationId })) return [];
    const nodeName = snapshot.nodes.find((node) => node.instanceId === id)?.name ?? id;
    const text = `Instance ${id} is ${instance.state}: it is terminated`;
    const operation = base(`gone-${id}`, { code: INSTANCE_GONE, text }, adoption);
    const { graceLimitSeconds } = adoption;
    return [
      { ...operation, kind: 'remove', step: 'terminating', nodeName, instanceId: id, graceLimitSeconds },
    ];
  });
}

/** Instances of ours that run and are no worker yet: their launch goes on, or is undone past its deadline (F22, F41). */
function lostLaunches(
  snapshot: Snapshot,
  instances: readonly Instance[],
  adoption: Adoption,
): readonly LaunchOperation[] {
  const nodes = new Map(snapshot.nodes.map((node) => [node.instanceId, node]));
  return instances.flatMap((instance) => {
    const { operationId } = instance;
    if (operationId === undefined || !isAlive(instance)) return [];
    // Nearly every instance is a worker already: asked first, so that the ledger is not searched for each of them.
    const node = nodes.get(instance.id);
    if (node !== undefined && isAdmitted(node)) return [];
    if (isHandled(instance.id, snapshot, { adoption, operationId })) return [];
    const reason = recovered(
      `Instance ${instance.id} of launch ${operationId} is under way without a record of it: taken up again`,
    );
    return [
      {
        ...base(operationId, reason, adoption),
        kind: 'launch',
        step: 'launched',
        deadlineMs: instance.launchedAtMs + adoption.joinTimeoutMs,
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

/** Nodes that carry our mark although no removal of that name is under way: it goes on, or turns back past its deadline. */
function lostDrains(snapshot: Snapshot, adoption: Adoption): readonly RemoveOperation[] {
  return snapshot.nodes.flatMap((node) => {
    const { cordonedBy: mark, instanceId } = node;
    if (mark === undefined || instanceId === undefined) return [];
    if (isHandled(instanceId, snapshot, { adoption, operationId: mark.operationId })) return [];
    const isOver = snapshot.operations.some((operation) => operation.id === mark.operationId);
    const reason = recovered(
      `Node ${node.name} is cordoned by removal ${mark.operationId}, which nobody carries out: taken up again`,
    );
    const removal = removalOf(node, instanceId, base(mark.operationId, reason, adoption));
    const deadlineMs = mark.atMs + adoption.drainTimeoutMs;
    return [
      {
        ...removal,
        step: isOver ? 'aborting' : 'draining',
        deadlineMs,
        graceLimitSeconds: adoption.graceLimitSeconds,
      },
    ];
  });
}

/** Nodes whose instance is on its way out: K3s leaves the Node object to us (facts: nobody deletes Nodes). */
function nodesOfGoingInstances(
  snapshot: Snapshot,
  instances: readonly Instance[],
  adoption: Adoption,
): readonly RemoveOperation[] {
  const going = new Map(instances.filter(isEnding).map((instance) => [instance.id, instance]));
  return snapshot.nodes.flatMap((node) => {
    const instance = going.get(node.instanceId ?? '');
    if (instance === undefined) return [];
    return farewell(
      node,
      snapshot,
      adoption,
      `Instance ${instance.id} of node ${node.name} is ${instance.state}`,
    );
  });
}

function farewell(
  node: Node,
  snapshot: Snapshot,
  adoption: Adoption,
  fact: string,
): readonly RemoveOperation[] {
  const { instanceId } = node;
  if (instanceId === undefined || node.isControlPlane || isHandled(instanceId, snapshot, { adoption }))
    return [];
  const reason: Reason = { code: INSTANCE_GONE, text: `${fact}: the node is taken away` };
  const operation = base(`gone-${instanceId}`, reason, adoption);
  return [
    {
      ...removalOf(node, instanceId, operation),
      step: 'terminating',
      graceLimitSeconds: adoption.graceLimitSeconds,
    },
  ];
}

function recovered(text: string): Reason {
  return { code: 'recovered', text };
}

type Base = ReturnType<typeof base>;

function base(id: string, reason: Reason, { decisionId, policy, nowMs, drainTimeoutMs }: Adoption) {
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
  { adoption, operationId }: { readonly adoption: Adoption; readonly operationId?: string },
): boolean {
  return snapshot.operations.some(
    (operation) =>
      (operation.instanceId === instanceId || operation.id === operationId) &&
      (!hasEnded(operation) || Math.abs(adoption.nowMs - (operation.endedAtMs ?? 0)) < SETTLE_MS),
  );
}
