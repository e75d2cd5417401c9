import type { KubeClient, KubeObject, WatchEvent } from '../harness/kube-client.ts';

const PATH = '/api/v1/pods';
const DEADLINE_MS = 60_000;

/** `namespace/name`. */
export type PodKey = string;

/** What the scheduler has said of a pod so far. */
export interface PodSight {
  readonly key: PodKey;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly nodeName: string | undefined;
  /** The scheduler's own words when it could not place the pod; `undefined` before it has tried. */
  readonly refusal: string | undefined;
}

interface Waiter {
  readonly isOver: () => boolean;
  readonly resolve: () => void;
}

/** The pods of the cluster as list and watch show them, read without any code of the product. */
export class PodWatch {
  pods: ReadonlyMap<PodKey, PodSight> = new Map();
  readonly #kube: KubeClient;
  readonly #waiters = new Set<Waiter>();
  #stop: () => void = () => undefined;
  #fault: Error | undefined;

  private constructor(kube: KubeClient) {
    this.#kube = kube;
  }

  static async open(kube: KubeClient): Promise<PodWatch> {
    const watch = new PodWatch(kube);
    await watch.#follow();
    return watch;
  }

  /** Resolves once `isOver` holds; asked again after every change. Throws after a minute, or when the watch failed. */
  async until(isOver: () => boolean, what: string): Promise<void> {
    if (!isOver()) await this.#change(isOver, what);
    if (this.#fault !== undefined) throw this.#fault;
  }

  close(): void {
    this.#stop();
  }

  /** Lists, then watches from there. The API server ends a watch that falls behind: then again from the start. */
  async #follow(): Promise<void> {
    const list = await this.#kube.get(PATH);
    const items = (list['items'] ?? []) as readonly KubeObject[];
    const pods = new Map(items.map((pod) => [keyOf(pod), sightOf(pod)]));
    this.pods = pods;
    this.#stop = this.#kube.watch(`${PATH}?resourceVersion=${list.metadata.resourceVersion}`, {
      onEvent: (event) => {
        apply(event, pods);
        this.#wake();
      },
      onEnd: () => {
        this.#follow().catch((error: unknown) => {
          this.#fault = new Error('the pods can no longer be watched', { cause: error });
          this.#wake();
        });
      },
    });
    this.#wake();
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

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (this.#fault === undefined && !waiter.isOver()) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}

function apply({ type, object }: WatchEvent, pods: Map<PodKey, PodSight>): void {
  if (type === 'DELETED') pods.delete(keyOf(object));
  else if (type === 'ADDED' || type === 'MODIFIED') pods.set(keyOf(object), sightOf(object));
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
    key: keyOf(pod),
    uid: pod.metadata.uid ?? '',
    labels: pod.metadata.labels ?? {},
    nodeName: (pod['spec'].nodeName as string | undefined) || undefined,
    refusal: scheduled?.status === 'False' ? (scheduled.message ?? '') : undefined,
  };
}
