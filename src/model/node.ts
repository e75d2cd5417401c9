import type { Announcement } from './interruption.ts';
import type { Lifecycle } from './offering.ts';
import type { Resources } from './resources.ts';
import type { Labels } from './selector.ts';
import type { Taint } from './taint.ts';

/** A worker or control-plane node as the API server shows it. */
export interface Node {
  readonly name: string;
  readonly uid: string;
  /** From `spec.providerID`; `undefined` when the node did not come from EC2. */
  readonly instanceId: string | undefined;
  readonly zone: string | undefined;
  readonly type: string | undefined;
  readonly lifecycle: Lifecycle | undefined;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly allocatable: Resources;
  readonly isReady: boolean;
  /** Since when `isReady` has its value; `undefined` when no condition says so. */
  readonly readyChangedAtMs: number | undefined;
  readonly isUnschedulable: boolean;
  readonly isControlPlane: boolean;
  /** A person's annotation on the node that forbids disrupting it. */
  readonly doNotDisrupt: boolean;
  /** Our own mark: the operation that cordoned this node; `undefined` when we did not. */
  readonly cordonedBy: CordonMark | undefined;
  /** What AWS announced of its machine and we wrote down here, one of each kind; absent while there is nothing. */
  readonly announced?: readonly Announcement[];
  readonly createdAtMs: number;
}

/** What we write on a node that we cordon, so that a successor can finish or undo it. */
export interface CordonMark {
  readonly operationId: string;
  readonly atMs: number;
}

/** The instance type of a ready worker that came from EC2; `undefined` for every other node. */
export function readyWorkerType(node: Node): string | undefined {
  const { type, isReady, isControlPlane, instanceId } = node;
  return isReady && !isControlPlane && instanceId !== undefined ? type : undefined;
}

/** The taint a node registers with; taken off once the node is verified. */
export const STARTUP_TAINT_KEY = 'smartscale.dev/startup';

/** Whether the node's startup taint was taken off, so that pods may come: by us, or by a person. */
export function isAdmitted({ taints }: Pick<Node, 'taints'>): boolean {
  return !taints.some(({ key }) => key === STARTUP_TAINT_KEY);
}
