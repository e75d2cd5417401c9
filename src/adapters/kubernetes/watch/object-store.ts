import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../ports.ts';
import { type KubeResource, objectKey, type RawObject } from './kube-resource.ts';

interface Entry<T> {
  readonly uid: string;
  readonly value: T;
}

export type StoreListener = (kind: 'added' | 'updated' | 'deleted', key: string) => void;

/** A relist in progress: the store shows the old objects until `commit`. */
export interface Refill {
  put(raw: RawObject): void;
  /** Shows the new objects, and tells the listeners what differs by uid: the same name with a new uid is delete and add. */
  commit(): void;
}

/**
 * The projections of one kind's objects by key. Listeners are called synchronously and in order, after the store
 * changed, with the key alone; an update that leaves the projection equal (a heartbeat) is no change.
 */
export class ObjectStore<T> {
  readonly #resource: KubeResource<T>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #listeners = new Set<StoreListener>();
  #entries = new Map<string, Entry<T>>();
  #isFilled = false;

  constructor(resource: KubeResource<T>, clock: Pick<Clock, 'now'>) {
    this.#resource = resource;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  *values(): Generator<T> {
    for (const entry of this.#entries.values()) yield entry.value;
  }

  keys(): MapIterator<string> {
    return this.#entries.keys();
  }

  onChange(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  put(raw: RawObject): void {
    const key = objectKey(raw.metadata);
    const old = this.#entries.get(key);
    const entry = this.#project(key, raw);
    if (entry === old) return;
    this.#entries.set(key, entry);
    this.#notify(key, old, entry);
  }

  remove(raw: RawObject): void {
    const key = objectKey(raw.metadata);
    if (this.#entries.delete(key)) this.#emit('deleted', key);
  }

  refill(): Refill {
    const incoming = new Map<string, Entry<T>>();
    return {
      put: (raw) => {
        const key = objectKey(raw.metadata);
        incoming.set(key, this.#project(key, raw));
      },
      commit: () => this.#commit(incoming),
    };
  }

  /** The old entry itself where nothing that we keep has changed, so that a comparison by identity is enough later. */
  #project(key: string, raw: RawObject): Entry<T> {
    const { uid } = raw.metadata;
    const known = this.#entries.get(key);
    const same = known?.uid === uid ? known : undefined;
    const value = this.#resource.project(raw, {
      previous: same?.value,
      isFirstList: !this.#isFilled,
      nowMs: this.#clock.now(),
    });
    return same !== undefined && isDeepStrictEqual(same.value, value) ? same : { uid, value };
  }

  #commit(incoming: Map<string, Entry<T>>): void {
    const old = this.#entries;
    this.#entries = incoming;
    this.#isFilled = true;
    for (const key of old.keys()) if (!incoming.has(key)) this.#emit('deleted', key);
    for (const [key, entry] of incoming) this.#notify(key, old.get(key), entry);
  }

  #notify(key: string, old: Entry<T> | undefined, entry: Entry<T>): void {
    if (old === entry) return;
    if (old?.uid === entry.uid) return this.#emit('updated', key);
    if (old !== undefined) this.#emit('deleted', key);
    this.#emit('added', key);
  }

  #emit(kind: Parameters<StoreListener>[0], key: string): void {
    for (const listener of this.#listeners) listener(kind, key);
  }
}
