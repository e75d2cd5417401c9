/** What a Lease says; field names and meaning are those of coordination.k8s.io/v1. */
export interface LeaseRecord {
  /** Empty when nobody holds it. */
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly acquireTimeMs: number;
  readonly renewTimeMs: number;
  /** Counts how often the holder changed. */
  readonly leaseTransitions: number;
}

/** A record with the version that the next write must still find. */
export interface StoredLease {
  readonly record: LeaseRecord;
  readonly version: string;
}

/** One lease, wherever it is kept. Writes that find another version than expected are a `conflict`. */
export interface LeaseStore {
  read(signal: AbortSignal): Promise<StoredLease | undefined>;
  /** Creates the lease when `version` is undefined, else replaces that version. */
  write(
    record: LeaseRecord,
    version: string | undefined,
    signal: AbortSignal,
  ): Promise<StoredLease | 'conflict'>;
}
