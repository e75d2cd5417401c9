/**
 * List and watch: mirrors of the API server's objects that follow every change.
 * What the other rooms of the adapter use of `watch/`; they import it from here alone.
 */

export { Backoff } from './watch/backoff.ts';
export { Interner } from './watch/interner.ts';
export type {
  KubeResource,
  ProjectionContext,
  RawMetadata,
  RawObject,
  RawOf,
} from './watch/kube-resource.ts';
export { ObjectStore } from './watch/object-store.ts';
export { Reflector, type ReflectorOptions, type ReflectorStats } from './watch/reflector.ts';
