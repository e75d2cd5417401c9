/*
 * What the status page shows, as the JSON that its script receives. Times are epoch milliseconds of the controller's
 * clock; money is USD; `null` stands for unknown and is shown as such, never as zero.
 */

/** One moment of the plot. */
export interface PlotPoint {
  readonly atMs: number;
  /** Cores that run busy on the workers; `null` while utilization is unknown. */
  readonly busyCores: number | null;
  /** Cores that all pods ask for, those that wait included. */
  readonly requestedCores: number;
  /** Cores that ready workers offer to pods. */
  readonly capacityCores: number;
  readonly readyNodes: number;
  readonly pendingPods: number;
}

export type MarkKind = 'launch' | 'removal' | 'loss' | 'policy' | 'policy-rejected' | 'fault';

/** Something that happened, marked on the plot. */
export interface PlotMark {
  readonly atMs: number;
  readonly kind: MarkKind;
  readonly text: string;
}

export interface NodeRow {
  /** Names the row among all rows: the node, or the launch while there is no node. */
  readonly id: string;
  readonly name: string;
  readonly zone: string | null;
  readonly type: string | null;
  readonly lifecycle: string | null;
  readonly state: 'ready' | 'not ready' | 'warm' | 'booting' | 'draining' | 'terminating';
  readonly priceUsdPerHour: number | null;
  readonly sinceMs: number;
  readonly cpuPercent: number | null;
  readonly pods: number;
  readonly requestedCores: number;
  readonly allocatableCores: number | null;
  /** Why it stays, or why it goes or comes. */
  readonly why: string;
}

/** What a row says beside its id; what changes most often comes first. */
export const NODE_COLUMNS = [
  'cpuPercent',
  'why',
  'pods',
  'requestedCores',
  'state',
  'priceUsdPerHour',
  'sinceMs',
  'allocatableCores',
  'name',
  'zone',
  'type',
  'lifecycle',
] as const satisfies readonly (keyof NodeRow)[];

export interface DecisionRow {
  readonly id: string;
  readonly atMs: number;
  readonly headline: string;
  readonly reasons: readonly string[];
  readonly refusals: readonly string[];
  readonly policyDigest: string;
  readonly policyRevision: string | null;
  /** How many rounds in a row decided the same; the time is that of the first. */
  readonly rounds: number;
}

export interface PolicyRow {
  readonly atMs: number;
  readonly status: 'in force' | 'replaced' | 'rejected';
  readonly digest: string | null;
  readonly revision: string | null;
  readonly author: string | null;
  readonly subject: string | null;
  readonly faults: readonly string[];
}

/** The present, sent after every change; history comes with `PageHistory`. */
export interface PageView {
  readonly clusterName: string;
  readonly nowMs: number;
  readonly readyNodes: number;
  readonly currentNodes: number;
  readonly desiredNodes: number;
  readonly minNodes: number | null;
  readonly maxNodes: number | null;
  readonly pendingPods: number;
  readonly cpuPercent: number | null;
  readonly memoryPercent: number | null;
  /** Sum of the known prices; `null` while EC2 does not answer. */
  readonly costUsdPerHour: number | null;
  /** Running instances without a known price: the cost is at least the sum of the others. */
  readonly unpricedInstances: number;
  readonly spotNodes: number;
  readonly nodes: readonly NodeRow[];
  readonly decisions: readonly DecisionRow[];
  readonly policies: readonly PolicyRow[];
  readonly notices: readonly { readonly atMs: number; readonly severity: string; readonly text: string }[];
}

export interface PageHistory {
  readonly points: readonly PlotPoint[];
  readonly marks: readonly PlotMark[];
  /** How many of each are kept: older ones are forgotten, here and in the browser. */
  readonly most: { readonly points: number; readonly marks: number };
}

/** What turns one view into the next; a section that is absent stayed as it was. */
export interface ViewDelta {
  /** Properties of the view that are no lists. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly nodes?: NodesDelta;
  readonly decisions?: FeedDelta<DecisionRow>;
  readonly policies?: FeedDelta<PolicyRow>;
  readonly notices?: FeedDelta<PageView['notices'][number]>;
}

export interface NodesDelta {
  /** Rows that are new, whole, and of the others what changed. */
  readonly put: readonly (Partial<NodeRow> & Pick<NodeRow, 'id'>)[];
  /** Ids of rows that went. */
  readonly gone: readonly string[];
}

/** The next list: `head`, then `keep` rows of the list before, from its row `skip` on. */
export interface FeedDelta<T> {
  readonly head: readonly T[];
  readonly skip: number;
  readonly keep: number;
}
