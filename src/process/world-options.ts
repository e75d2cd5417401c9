import type { LedgerOptions } from './ledger-choice.ts';

/** Which live cluster is meant, and by which policy; the AWS account comes from the environment. */
export interface WorldOptions extends LedgerOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  /** @default the cluster's name */
  readonly nodeFleet?: string;
  readonly policy?: string;
  readonly prometheusUrl?: string;
  readonly clusterName?: string;
}
