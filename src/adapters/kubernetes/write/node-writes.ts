import type { V1Node, V1Taint } from '@kubernetes/client-node';
import { type Announcement, withAnnouncement } from '../../../model/interruption.ts';
import { type CordonMark, STARTUP_TAINT_KEY } from '../../../model/node.ts';
import { KubeApiError, type KubeTransport } from '../client.ts';
import type { Raw } from '../raw.ts';
import {
  ANNOUNCED_ANNOTATION,
  CORDON_ANNOTATION,
  formatAnnouncements,
  formatCordonMark,
  parseAnnouncements,
  parseCordonMark,
} from '../read.ts';
import type { RawOf } from '../watch.ts';

/** How often a patch is tried anew after someone else changed the node meanwhile; kubelets write every few seconds. */
const CONFLICT_RETRIES = 5;

/** A Node; of what a change does not look at, all is left as it is, since only patches are sent. */
type RawNode = RawOf<V1Node>;

interface NodePatch {
  readonly metadata?: { readonly annotations: Readonly<Record<string, string | null>> };
  readonly spec?: {
    readonly unschedulable?: boolean | null;
    readonly taints?: readonly Raw<V1Taint>[] | null;
  };
}

/** What a change makes of the node as it is: a patch, or the answer when there is nothing to do. */
type Change<T> = (node: RawNode) => { readonly patch?: NodePatch; readonly answer: T };

/** The writes to Node objects. Each reads the node, and its patch holds only if the node is still the one that was read. */
export class NodeWrites {
  readonly #transport: KubeTransport;

  constructor(transport: KubeTransport) {
    this.#transport = transport;
  }

  /** A node that a person cordoned already gets no mark: it is out of use, and it stays so when we are done. */
  cordon(nodeName: string, mark: CordonMark, signal: AbortSignal): Promise<'done' | 'gone'> {
    return this.#change(nodeName, signal, (node) => {
      const owner = operationOf(node);
      const isCordoned = node.spec?.unschedulable === true;
      if (isCordoned && (owner === undefined || owner === mark.operationId)) return { answer: 'done' };
      const annotations = { [CORDON_ANNOTATION]: formatCordonMark(mark) };
      return { answer: 'done', patch: { metadata: { annotations }, spec: { unschedulable: true } } };
    });
  }

  /** `not-ours`: cordoned by a person or by another operation. A node that is free already is done. */
  uncordon(
    nodeName: string,
    operationId: string,
    signal: AbortSignal,
  ): Promise<'done' | 'gone' | 'not-ours'> {
    return this.#change(nodeName, signal, (node) => {
      const owner = operationOf(node);
      if (owner === undefined) return { answer: node.spec?.unschedulable === true ? 'not-ours' : 'done' };
      if (owner !== operationId) return { answer: 'not-ours' };
      const annotations = { [CORDON_ANNOTATION]: null };
      return { answer: 'done', patch: { metadata: { annotations }, spec: { unschedulable: null } } };
    });
  }

  /** The announcement beside those of other kinds; nothing is written where it stands there already. */
  rememberAnnouncement(
    nodeName: string,
    announcement: Announcement,
    signal: AbortSignal,
  ): Promise<'done' | 'gone'> {
    return this.#change(nodeName, signal, ({ metadata: { annotations } }) => {
      const before = annotations?.[ANNOUNCED_ANNOTATION] ?? '';
      const after = formatAnnouncements(withAnnouncement(parseAnnouncements(before), announcement));
      if (after === before) return { answer: 'done' };
      return { answer: 'done', patch: { metadata: { annotations: { [ANNOUNCED_ANNOTATION]: after } } } };
    });
  }

  /** Takes the startup taint off and leaves every other taint. */
  admit(nodeName: string, signal: AbortSignal): Promise<'done' | 'gone'> {
    return this.#change(nodeName, signal, (node) => {
      const taints = node.spec?.taints ?? [];
      const kept = taints.filter((taint) => taint.key !== STARTUP_TAINT_KEY);
      if (kept.length === taints.length) return { answer: 'done' };
      // A merge patch replaces the whole list; the resourceVersion makes sure that no taint is lost in between.
      return { answer: 'done', patch: { spec: { taints: kept.length === 0 ? null : kept } } };
    });
  }

  /** A node of the same name with another uid is left alone: ours is gone. */
  async delete(nodeName: string, uid: string, signal: AbortSignal): Promise<'done' | 'gone'> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
    try {
      await this.#transport.request({ method: 'DELETE', path: pathOf(nodeName), body, signal });
      return 'done';
    } catch (error) {
      if (error instanceof KubeApiError && (error.status === 404 || error.status === 409)) return 'gone';
      throw error;
    }
  }

  async #change<T>(nodeName: string, signal: AbortSignal, change: Change<T>): Promise<T | 'gone'> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#changeOnce(nodeName, signal, change);
      } catch (error) {
        if (!(error instanceof KubeApiError)) throw error;
        if (error.status === 404) return 'gone';
        if (error.status !== 409 || attempt >= CONFLICT_RETRIES) throw error;
      }
    }
  }

  async #changeOnce<T>(nodeName: string, signal: AbortSignal, change: Change<T>): Promise<T> {
    const path = pathOf(nodeName);
    const response = await this.#transport.request({ method: 'GET', path, signal });
    const node = response.body as RawNode;
    const { patch, answer } = change(node);
    if (patch === undefined) return answer;
    const { resourceVersion } = node.metadata;
    await this.#transport.request({
      method: 'PATCH',
      path,
      query: { fieldManager: 'smartscale' },
      contentType: 'application/merge-patch+json',
      body: { ...patch, metadata: { ...patch.metadata, resourceVersion } },
      signal,
    });
    return answer;
  }
}

function pathOf(nodeName: string): string {
  return `/api/v1/nodes/${encodeURIComponent(nodeName)}`;
}

function operationOf(node: RawNode): string | undefined {
  const mark = node.metadata.annotations?.[CORDON_ANNOTATION];
  return mark === undefined ? undefined : parseCordonMark(mark).operationId;
}
