import type { KubeClient, KubeObject, WatchEvent } from '../harness/kube-client.ts';

const DEADLINE_MS = 60_000;

/** `namespace/name`. */
export type PodKey = string;

/** What the scheduler has said of a pod so far. */
export interface PodSight {
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly nodeName: string | undefined;
  /** The scheduler's own words when it could not place the pod; `undefined` before it has tried. */
  readonly refusal: string | undefined;
  readonly isEnding: boolean;
}

interface Waiter {
  readonly isOver: () => boolean;
  readonly resolve: () => void;
}

/** The pods of the cluster as a watch shows them, read without any code of the product. */
export class PodWatch {
  readonly pods = new Map<PodKey, PodSight>();
  readonly #waiters = new Set<Waiter>();
  #stop: () => void = () => undefined;
  #fault: Error | undefined;

  static open(kube: KubeClient): PodWatch {
    const watch = new PodWatch();
    watch.#stop = kube.watch('/api/v1/pods', {
      onEvent: (event) => watch.#onEvent(event),
      onEnd: (error) => {
        watch.#fault = error;
        watch.#wake();
      },
    });
    return watch;
  }

  /** Resolves once `isOver` holds; asked again after every change. Throws after a minute, or when the watch has ended. */
  async until(isOver: () => boolean, what: string): Promise<void> {
    if (!isOver()) await this.#change(isOver, what);
    if (this.#fault !== undefined) throw this.#fault;
  }

  close(): void {
    this.#stop();
  }

  async #change(isOver: () => boolean, what: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`waited ${DEADLINE_MS / 1000} s in vain for ${what}`));
      }, DEADLINE_MS);
      const waiter: Waiter = {
        isOver,
        resolve: () => {
          clearTimeout(late);
          resolve();
        },
      };
      this.#waiters.add(waiter);
    });
  }

  #onEvent({ type, object }: WatchEvent): void {
    if (type === 'ERROR') {
      this.#fault = new Error(`the watch on pods failed: ${JSON.stringify(object)}`);
    } else if (type === 'DELETED') {
      this.pods.delete(keyOf(object));
    } else if (type !== 'BOOKMARK') {
      this.pods.set(keyOf(object), sightOf(object));
    }
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (this.#fault === undefined && !waiter.isOver()) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}

export function keyOf({ metadata }: Pick<KubeObject, 'metadata'>): PodKey {
  return `${metadata.namespace}/${metadata.name}`;
}

function sightOf(pod: KubeObject): PodSight {
  const conditions = (pod['status']?.conditions ?? []) as readonly {
    readonly type: string;
    readonly status: string;
    readonly message?: string;
  }[];
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  return {
    uid: pod.metadata.uid ?? '',
    labels: pod.metadata.labels ?? {},
    nodeName: (pod['spec'].nodeName as string | undefined) || undefined,
    refusal: scheduled?.status === 'False' ? (scheduled.message ?? '') : undefined,
    isEnding: pod.metadata.deletionTimestamp !== undefined,
  };
}
