import type { KubeQuery } from '../client/kube-transport.ts';

/** The metadata that every stored object has, as the API server writes it. */
export interface RawMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion?: string;
  /** Counts changes of the spec, where the kind has one. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly RawOwnerReference[];
}

export interface RawOwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface RawObject {
  readonly metadata: RawMetadata;
}

/** What a projection may know beside the object. */
export interface ProjectionContext<T> {
  /** What was kept of the same object (by uid) before. */
  readonly previous: T | undefined;
  /** Whether the object is part of the first list after our start, so may be in its state for long. */
  readonly isFirstList: boolean;
  readonly nowMs: number;
}

/** A kind of object to mirror: where the API server lists it and what is kept of each. */
export interface KubeResource<T> {
  readonly name: string;
  readonly path: string;
  /** Narrows what is mirrored, such as a `fieldSelector`; @default everything under the path */
  readonly query?: KubeQuery;
  /** Must keep no reference into the raw object beyond what it needs: the rest is garbage at once. */
  project(raw: RawObject, context: ProjectionContext<T>): T;
}

/** `namespace/name`, or the name alone of an object outside namespaces. */
export function objectKey(metadata: RawMetadata): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}
