import type { DaemonOverhead } from './model/daemon-overhead.ts';
import type { DisruptionBudget } from './model/disruption-budget.ts';
import type { Instance } from './model/instance.ts';
import type { Announcement, Interruption } from './model/interruption.ts';
import type { CordonMark, Node } from './model/node.ts';
import type { Offering, OfferingKey } from './model/offering.ts';
import type { Operation } from './model/operation.ts';
import type { CloudFault, EvictionOutcome, LaunchOutcome, SurgeOutcome } from './model/outcome.ts';
import type { Plan } from './model/plan.ts';
import type { Pod } from './model/pod.ts';
import type { PolicyDocument, RememberedPolicy } from './model/policy-document.ts';
import type { PolicyIdentity } from './model/policy-identity.ts';
import type { Reason } from './model/reason.ts';
import type { Utilization } from './model/signal.ts';
import type { Snapshot } from './model/snapshot.ts';

/**
 * The interfaces of the world. Each has a real implementation in src/adapters and a simulated one in src/simulate.
 * Every async call takes a signal and has a deadline of its own; it throws `PortError` when the world could not be asked,
 * and returns expected refusals as values.
 */

/** Time. Wall-clock milliseconds for stamps, monotonic milliseconds for ages and deadlines. */
export interface Clock {
  now(): number;
  monotonicMs(): number;
  /** Resolves after `ms`, or early (without throwing) when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `callback` once after `ms`, unless it is called off by what this returns; `callback` must not throw. */
  callAfter(ms: number, callback: () => void): () => void;
}

/** What the cluster looks like now, read from a watch cache, so free of cost. */
export interface ClusterView {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly budgets: readonly DisruptionBudget[];
  readonly daemons: readonly DaemonOverhead[];
}

/**
 * The nodes and pods of one Kubernetes cluster. What a write changed shows in `view` later, when the watch brings it.
 * Every write may be repeated: a call whose answer was lost does no harm the second time.
 * test/adapters/cluster/cluster-contract.ts holds every implementation to what is said here.
 */
export interface Cluster {
  /** Resolves once every store has been listed; no decision may be made before. */
  synced(signal: AbortSignal): Promise<void>;
  view(): ClusterView;
  /** Calls back (without details) after changes that may matter to a decision, our own writes too; returns how to stop. */
  onChange(listener: () => void): () => void;
  /**
   * Makes the node unschedulable with our mark. `gone`: no such node.
   *
   * A node that a person cordoned (unschedulable, without a mark) stays as it is: `done`, and no mark shows in `view`.
   * The same operation's mark keeps its time. Another operation's mark is replaced. A node with a mark that somebody
   * made schedulable is cordoned again.
   */
  cordon(nodeName: string, mark: CordonMark, signal: AbortSignal): Promise<'done' | 'gone'>;
  /**
   * Takes the operation's mark and the cordon off. `not-ours`: the cordon is a person's (it has no mark) or another
   * operation's, and stays. A node that is schedulable and has no mark is `done`. `gone`: no such node.
   */
  uncordon(nodeName: string, operationId: string, signal: AbortSignal): Promise<'done' | 'gone' | 'not-ours'>;
  /**
   * Asks the Eviction API. `graceSeconds` caps the pod's own grace period, which is at least one second.
   *
   * `evicted`: the request was accepted; the pod shows a deletion, then is gone. `gone`: no such pod, or another pod has
   * its name. `blocked`: a budget allows no eviction now. `misconfigured`: two budgets select the pod, so that waiting never
   * helps. `transient`: the API server gave no answer or failed. Nothing is evicted unless the answer is `evicted` or `transient`.
   */
  evict(pod: Pod, graceSeconds: number, signal: AbortSignal): Promise<EvictionOutcome>;
  /** Makes the pod's Deployment replace it, the new one first, once for each operation; `forbidden`: the right is missing. */
  surge(pod: Pod, operationId: string, signal: AbortSignal): Promise<SurgeOutcome>;
  /** Deletes the Node if it still has this uid. `gone`: there is none, or one of the same name with another uid, which stays. */
  deleteNode(nodeName: string, uid: string, signal: AbortSignal): Promise<'done' | 'gone'>;
  /**
   * Writes on the node what AWS announced of its machine, so that it is known after a restart. One of the same kind is
   * replaced, those of other kinds stay. `view` shows it in `announced`; it goes with the Node. `gone`: no such node.
   */
  rememberAnnouncement(
    nodeName: string,
    announcement: Announcement,
    signal: AbortSignal,
  ): Promise<'done' | 'gone'>;
  /** Takes the startup taint off a verified node, and no other taint. `done` also where there is none; `gone`: no such node. */
  admitNode(nodeName: string, signal: AbortSignal): Promise<'done' | 'gone'>;
}

/**
 * One launch call: exactly one instance, of an offering that shares the first one's lifecycle (a call to EC2 has one
 * lifecycle). Offerings of the other lifecycle are for the caller's next attempt, when these were refused.
 */
export interface LaunchRequest {
  /** EC2's ClientToken: the same token never makes a second instance. */
  readonly clientToken: string;
  readonly operationId: string;
  readonly offerings: readonly OfferingKey[];
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The fleet on EC2. Every call may be repeated: one whose answer was lost does no harm the second time. A call that is
 * aborted, or that EC2 does not answer in time, may have taken effect all the same.
 * test/adapters/cloud/cloud-contract.ts holds every implementation to what is said here.
 */
export interface Cloud {
  /**
   * The fleet's instances by tag, in every state EC2 still shows (a terminated one for about an hour). Asks EC2 at each call.
   * The answer may lag behind: a launched instance may be missing, an ended one may still run, for half a minute and more.
   */
  instances(signal: AbortSignal): Promise<readonly Instance[]>;
  /** What the policy's types and zones cost and offer now, and nothing else. A price that is not known is `undefined`. */
  offerings(wanted: OfferingQuery, signal: AbortSignal): Promise<readonly Offering[]>;
  /**
   * Makes one instance, or says why not; see `LaunchOutcome`. The first offering with capacity is taken in the order given
   * (spot: as EC2 prefers); a `capacity` fault names the offerings that had none.
   *
   * A token that made an instance names the same one when it is repeated, in whatever state it is by then. A token
   * repeated with other parameters is a `token-mismatch`: nothing is made, and the outcome names the instance if it lives. After a
   * `transient` fault or a `PortError` the instance may exist: the caller repeats the very same request.
   */
  launch(request: LaunchRequest, signal: AbortSignal): Promise<LaunchOutcome>;
  /** Ends instances, running or stopped. Those that are gone or unknown are no error and do not save the others. */
  terminate(instanceIds: readonly string[], signal: AbortSignal): Promise<void>;
  /**
   * Starts a stopped instance; one that is pending or running already is no fault. Why it does not start is a value:
   * `transient` also while it is stopping or is terminated (only the list tells which), `configuration` where EC2 does not know it.
   */
  start(instanceId: string, signal: AbortSignal): Promise<CloudFault | undefined>;
  /**
   * Stops an on-demand instance, whose disk stays. One that is stopped, gone, unknown, or in no state to be stopped (pending)
   * is left as it is without an error: what came of the call shows in the list.
   */
  stop(instanceId: string, signal: AbortSignal): Promise<void>;
  /** The machine's own last words, for a launch that never joined; `undefined` when there are none or it is unknown. */
  consoleOutput(instanceId: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Which offerings a policy allows. */
export interface OfferingQuery {
  readonly types: readonly string[];
  readonly zones: readonly string[];
}

export interface Telemetry {
  /** The last `windowMs` of the ready workers named, with unknown parts marked as such; never throws for missing data. */
  utilization(query: TelemetryQuery, signal: AbortSignal): Promise<Utilization>;
}

export interface TelemetryQuery {
  readonly nodeNames: readonly string[];
  readonly windowMs: number;
  readonly stepMs: number;
}

/** One message of the queue of interruptions. It comes again, under the same id or another, until it is acknowledged. */
export interface InterruptionMessage {
  readonly id: string;
  /** What the acknowledgement names; another with each delivery. */
  readonly receipt: string;
  /** A message of AWS Health may speak of several instances. Empty: nothing in it concerns any fleet. */
  readonly interruptions: readonly Interruption[];
  /** Why it could not be read, where `interruptions` is empty for that reason. */
  readonly fault?: string;
}

/** What AWS announces about instances: of the whole account, at least once, in any order, and not always. */
export interface Interruptions {
  /** Waits for messages; empty when none came within 20 s. Throws `PortError` when the queue cannot be asked. */
  receive(signal: AbortSignal): Promise<readonly InterruptionMessage[]>;
  /** Deletes messages from the queue, by their receipts; what cannot be deleted just comes again. */
  acknowledge(receipts: readonly string[], signal: AbortSignal): Promise<void>;
}

/** Where operations are written down before their first call. */
export interface Ledger {
  /** All that have not ended, and those that ended within the retention. */
  list(signal: AbortSignal): Promise<readonly Operation[]>;
  /**
   * Creates or replaces by id, as the leader of this fencing token. Throws `FencedError` when a later leader has written the
   * operation: what this replica knows is outdated, and it must not act on it.
   */
  put(operation: Operation, token: number, signal: AbortSignal): Promise<void>;
}

/** Whether this replica may write to the world now; checked before every write. */
export interface Leadership {
  isLeader(): boolean;
  /** Rises with each change of the leader: a store refuses what an earlier leader writes late. */
  fencingToken(): number;
}

export interface PolicySource {
  /** Resolves once the source has been asked; what it shows before means nothing. */
  synced(signal: AbortSignal): Promise<void>;
  /** `undefined` while there is none. */
  current(): PolicyDocument | undefined;
  /** What is missing while `current()` is undefined, for people: a statement without a full stop. */
  whyNone(): string;
  lastGood(): RememberedPolicy | undefined;
  onChange(listener: () => void): () => void;
}

/** Where the policy in force sets a limit to the utilization of all workers together. */
export interface UtilizationThreshold {
  readonly resource: 'cpu' | 'memory';
  readonly direction: 'grow' | 'shrink';
  readonly percent: number;
}

/** Receives what happened: status page, logs, metrics, events. Must return at once and never throw. */
export interface Reporter {
  report(event: ReportEvent): void;
}

export type ReportEvent =
  | {
      readonly kind: 'decision';
      readonly plan: Plan;
      readonly snapshot: Snapshot;
      readonly durationMs: number;
    }
  | { readonly kind: 'operation'; readonly operation: Operation; readonly atMs: number }
  | {
      readonly kind: 'policy-accepted';
      readonly document: PolicyDocument;
      /** What the decisions from now on name: its revision is the one that brought the policy in force. */
      readonly identity: PolicyIdentity;
      /** The policy's `nodes.min` and `nodes.max`, for displays of the fleet's size. */
      readonly bounds: { readonly minNodes: number; readonly maxNodes: number };
      /** The policy says that nothing is to be changed. @default false */
      readonly isSuspended?: boolean;
      /** Above and below which the fleet grows and may shrink; absent when utilization takes no part in decisions. */
      readonly thresholds?: readonly UtilizationThreshold[];
      readonly atMs: number;
    }
  /** The policy in force again, in other words or under another name: nothing changes but what its source shows. */
  | {
      readonly kind: 'policy-restated';
      readonly document: PolicyDocument;
      readonly identity: PolicyIdentity;
      readonly atMs: number;
    }
  | {
      readonly kind: 'policy-rejected';
      readonly document: PolicyDocument;
      readonly faults: readonly string[];
      /** The last good policy, which stays in force; `undefined`: there is none, and nothing is decided. */
      readonly inForce: PolicyIdentity | undefined;
      readonly atMs: number;
    }
  /** What came of the queue of interruptions: an announcement about this fleet, about others, about nothing; or an error. */
  | {
      readonly kind: 'interruption-queue';
      readonly outcome: 'announced' | 'foreign' | 'irrelevant' | 'unreadable' | 'failed';
      readonly interruption?: Interruption;
      readonly nodeName?: string;
      readonly atMs: number;
    }
  /** Something a person should know, about an object of the cluster or the fleet as a whole. */
  | {
      readonly kind: 'notice';
      readonly severity: 'info' | 'warning';
      readonly subject: NoticeSubject;
      readonly reason: Reason;
      readonly operationId?: string;
      /** The policy that the subject follows from; absent while none is in force. */
      readonly policy?: PolicyIdentity;
      readonly atMs: number;
    };

export type NoticeSubject =
  | { readonly kind: 'fleet' }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string };

/** A call to an external system failed: broken I/O or a refused call. `retry` says how to go on. */
export class PortError extends Error {
  readonly retry: 'transient' | 'authorization' | 'configuration';
  readonly code: string;

  constructor(message: string, options: { retry: PortError['retry']; code: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'PortError';
    this.retry = options.retry;
    this.code = options.code;
  }
}

/** A later leader has written the operation already: this replica was paused or cut off, and has lost its lease. */
export class FencedError extends PortError {
  constructor(operationId: string, token: number, stored: number) {
    super(
      `operation ${operationId} was written by leader ${stored}, this replica is leader ${token}: it leads no more`,
      { retry: 'transient', code: 'fenced' },
    );
    this.name = 'FencedError';
  }
}
