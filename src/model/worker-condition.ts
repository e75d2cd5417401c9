import { type Instance, isAlive, isStoppedInPool } from './instance.ts';
import { isAdmitted, type Node } from './node.ts';
import type { LaunchOperation } from './operation.ts';
import { isUnmanaged } from './unmanaged-instance.ts';

/** What is the matter with a worker: one value, judged once a round, that all rules ask. */
export type WorkerCondition =
  /** A launch is written down; neither its machine nor its node is seen yet. */
  | 'intended'
  /** Its machine runs and has time left to join. */
  | 'booting'
  /** Its node is Ready. */
  | 'ready'
  /** Its node is not Ready, and has not been so for longer than a machine may take to join. */
  | 'unready'
  /** Ours, not Ready for longer than that, though its machine runs and nothing takes it away: it is to be replaced. */
  | 'dead'
  /** Not Ready for longer than that, while EC2 does not say whether its machine runs. */
  | 'unknown'
  /** Its machine runs without a launch in the ledger and did not join in time. */
  | 'overdue'
  /** An operation, or AWS, is about to take its machine away. */
  | 'doomed'
  /** Its machine has ended or was stopped, or EC2 does not know it. */
  | 'gone'
  /** Perhaps a machine of the warm pool: silent and never admitted, while EC2 does not answer. */
  | 'pooled'
  /** Somebody started the machine by hand, and nothing admits its node: it is nobody's business but theirs (F46). */
  | 'unmanaged';

/** What is seen of one worker. */
export interface WorkerFacts {
  readonly node: Node | undefined;
  readonly instance: Instance | undefined;
  /** The launch in flight that will finish it. */
  readonly launch: LaunchOperation | undefined;
  /** Whether an operation, or AWS, is about to take the machine away. */
  readonly isDoomed: boolean;
}

/** What the facts are judged by. */
export interface JudgedBy {
  readonly nowMs: number;
  /** How long a machine may take to join, and a node may be unready, in milliseconds. */
  readonly graceMs: number;
  /** Whether EC2 says which instances there are. */
  readonly isCloudKnown: boolean;
  /** Whether the policy keeps a warm pool. */
  readonly keepsPool: boolean;
}

/** The worker's condition. Of several that might be named, the one that forbids most. */
export function workerCondition(facts: WorkerFacts, by: JudgedBy): WorkerCondition {
  const { node, instance, launch, isDoomed } = facts;
  if (launch === undefined && isUnmanaged(facts)) return 'unmanaged';
  if (isDoomed) return 'doomed';
  if (instance !== undefined && !isUp(instance, launch)) return 'gone';
  if (node?.isReady === true) return 'ready';
  if (launch !== undefined) return node === undefined && instance === undefined ? 'intended' : 'booting';
  return node === undefined ? conditionOfMachine(instance, by) : conditionOfSilentNode(node, instance, by);
}

/** Whether a worker in this condition is capacity, now or soon. */
export function countsAsCapacity(condition: WorkerCondition): boolean {
  return (
    condition === 'intended' || condition === 'booting' || condition === 'ready' || condition === 'unready'
  );
}

/** Whether the instance runs or is about to: one that is stopped does when a launch starts it. */
export function isUp(instance: Instance, launch: LaunchOperation | undefined): boolean {
  return isAlive(instance) || (isStoppedInPool(instance) && launch?.starts?.instanceId === instance.id);
}

/** For how long the node has not been ready, in milliseconds. */
export function unreadyForMs({ readyChangedAtMs, createdAtMs }: Node, nowMs: number): number {
  return nowMs - (readyChangedAtMs ?? createdAtMs);
}

function conditionOfMachine(instance: Instance | undefined, { nowMs, graceMs }: JudgedBy): WorkerCondition {
  const hasTime = instance !== undefined && nowMs - instance.launchedAtMs < graceMs;
  return hasTime ? 'booting' : 'overdue';
}

function conditionOfSilentNode(node: Node, instance: Instance | undefined, by: JudgedBy): WorkerCondition {
  if (instance === undefined) {
    if (by.keepsPool && !isAdmitted(node)) return 'pooled';
    if (by.isCloudKnown) return 'gone';
  }
  if (unreadyForMs(node, by.nowMs) < by.graceMs) return 'unready';
  return instance === undefined ? 'unknown' : 'dead';
}
