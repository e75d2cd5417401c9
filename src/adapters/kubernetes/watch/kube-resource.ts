import type { V1ObjectMeta, V1OwnerReference } from '@kubernetes/client-node';
import type { KubeQuery } from '../client.ts';
import type { Raw } from '../raw.ts';

/** The metadata that every stored object has, as the API server writes it. */
export type RawMetadata = Omit<Raw<V1ObjectMeta>, 'ownerReferences'> & {
  readonly name: string;
  readonly uid: string;
  readonly ownerReferences?: readonly Omit<Raw<V1OwnerReference>, 'apiVersion' | 'blockOwnerDeletion'>[];
};

export interface RawObject {
  readonly metadata: RawMetadata;
}

/** A stored object of this type of the Kubernetes client. */
export type RawOf<T> = Omit<Raw<T>, 'metadata'> & RawObject;

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
