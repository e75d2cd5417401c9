import type { Instance } from './instance.ts';
import type { OfferingKey } from './offering.ts';

/** How a failed call to the cloud must be treated; foreign error codes become one of these at the adapter's edge. */
export type CloudFaultClass =
  /** The capacity pool is empty now: mark the offerings unavailable, try the next. */
  | 'capacity'
  /** Only spot is refused (its quota, its price): go on-demand. */
  | 'spot-only'
  /** An account quota: stop launching and notify. */
  | 'quota'
  /** Throttled or a server fault: again later with the same token. */
  | 'transient'
  /** Credentials or permissions: no fallback, notify. */
  | 'authorization'
  /** Our request or its configuration is wrong: no retry, notify. */
  | 'configuration'
  /** The token was used with other parameters: look the instance up and adopt it. */
  | 'token-mismatch';

/** A call to the cloud that failed in a way the caller must handle. `code` is EC2's own word. */
export interface CloudFault {
  readonly class: CloudFaultClass;
  readonly code: string;
  readonly message: string;
  /** Offerings it speaks of; empty when it concerns the whole call. */
  readonly offerings: readonly OfferingKey[];
}

/** What became of a launch call: the instance, if one was made, and the faults met on the way (both may be there). */
export interface LaunchOutcome {
  readonly instance: Instance | undefined;
  readonly faults: readonly CloudFault[];
}

/** What became of an eviction. */
export type EvictionOutcome =
  | { readonly status: 'evicted' }
  /** Gone already, or replaced by another pod of the same name. */
  | { readonly status: 'gone' }
  /** A disruption budget says no for now. */
  | {
      readonly status: 'blocked';
      readonly budget: string | undefined;
      readonly retryAfterMs: number | undefined;
    }
  /** Two budgets select the pod: waiting never helps. */
  | { readonly status: 'misconfigured'; readonly message: string }
  | { readonly status: 'transient'; readonly message: string };

/** What came of asking a Deployment to replace its pod. */
export type SurgeOutcome = 'begun' | 'gone' | 'forbidden';
