import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import type { KeyPair } from './certificates.ts';

/** Where and as whom to talk: a client certificate or a bearer token. */
export interface KubeAccess {
  readonly url: string;
  readonly caFile: string;
  readonly pair?: KeyPair;
  readonly token?: string;
}

/** An object of the API, as JSON. Tests read it loosely; the API server is what checks it. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly Readonly<Record<string, unknown>>[];
  };
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly [field: string]: any;
}

/** One change of a watched object. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

export interface WatchListener {
  readonly onEvent: (event: WatchEvent) => void;
  readonly onEnd: (error: Error) => void;
}

/** An answer of the API server that is not a success. */
export class KubeError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'KubeError';
    this.status = status;
  }
}

type PatchKind = 'merge' | 'apply';

const CONTENT_TYPE: Readonly<Record<PatchKind | 'json', string>> = {
  json: 'application/json',
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** A thin client for tests: paths in, JSON out, one pool of connections. */
export class KubeClient {
  readonly #url: string;
  readonly #agent: Agent;
  readonly #token: string | undefined;
  /** What the API server warned of in its answers, such as a broken Pod Security level or a deprecated version. */
  readonly warnings: string[] = [];

  constructor(access: KubeAccess) {
    this.#url = access.url;
    this.#token = access.token;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 64,
      ca: readFileSync(access.caFile),
      ...(access.pair === undefined
        ? {}
        : { cert: readFileSync(access.pair.certificate), key: readFileSync(access.pair.key) }),
    });
  }

  async get(path: string): Promise<KubeObject> {
    return (await this.#send('GET', path)) as KubeObject;
  }

  /** `undefined` when there is no such object. */
  async find(path: string): Promise<KubeObject | undefined> {
    try {
      return await this.get(path);
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  }

  async list(path: string): Promise<readonly KubeObject[]> {
    const list = (await this.#send('GET', path)) as { items?: readonly KubeObject[] };
    return list.items ?? [];
  }

  async create(path: string, object: unknown): Promise<KubeObject> {
    return (await this.#send('POST', path, object)) as KubeObject;
  }

  async patch(path: string, change: unknown): Promise<KubeObject> {
    return (await this.#send('PATCH', path, change, 'merge')) as KubeObject;
  }

  /** Server-side apply, as Flux does it; a field that the API server does not know is an error. */
  async apply(path: string, object: unknown): Promise<KubeObject> {
    const query = 'fieldManager=e2e&force=true&fieldValidation=Strict';
    return (await this.#send('PATCH', `${path}?${query}`, object, 'apply')) as KubeObject;
  }

  /** Deletes; an object that is gone already is no error. */
  async delete(path: string): Promise<void> {
    try {
      await this.#send('DELETE', path);
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    }
  }

  /** Deletes all that the path lists, pods without a grace period: no kubelet would end them. */
  async deleteAll(path: string): Promise<void> {
    const separator = path.includes('?') ? '&' : '?';
    await this.#send('DELETE', `${path}${separator}gracePeriodSeconds=0`);
  }

  /**
   * Calls back with what there is and then with every change, in the order of the API server; `onEnd` when the stream ends by
   * itself. Returns how to stop.
   */
  watch(path: string, listener: WatchListener): () => void {
    const separator = path.includes('?') ? '&' : '?';
    let isStopped = false;
    const end = (error?: Error) => {
      if (!isStopped) listener.onEnd(error ?? new Error(`the watch on ${path} ended`));
    };
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.#token !== undefined) headers['authorization'] = `Bearer ${this.#token}`;
    const call = request(
      `${this.#url}${path}${separator}watch=1`,
      { agent: this.#agent, headers },
      (answer) => {
        answer.on('error', end);
        const lines = createInterface({ input: answer });
        lines.on('line', (line) => listener.onEvent(JSON.parse(line) as WatchEvent));
        lines.on('close', () => end());
        lines.on('error', end);
      },
    );
    call.on('error', end);
    call.end();
    return () => {
      isStopped = true;
      call.destroy();
    };
  }

  async text(path: string): Promise<string> {
    return this.#exchange('GET', path, undefined, CONTENT_TYPE.json);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(
    method: string,
    path: string,
    body?: unknown,
    kind: PatchKind | 'json' = 'json',
  ): Promise<unknown> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return JSON.parse(await this.#exchange(method, path, payload, CONTENT_TYPE[kind])) as unknown;
  }

  #exchange(method: string, path: string, payload: string | undefined, contentType: string): Promise<string> {
    const headers: Record<string, string | number> = { accept: 'application/json' };
    if (this.#token !== undefined) headers['authorization'] = `Bearer ${this.#token}`;
    if (payload !== undefined) {
      headers['content-type'] = contentType;
      headers['content-length'] = Buffer.byteLength(payload);
    }
    return new Promise((resolve, reject) => {
      const call = request(
        `${this.#url}${path}`,
        { method, agent: this.#agent, headers, timeout: 30_000 },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          for (const warning of answer.headersDistinct['warning'] ?? []) {
            this.warnings.push(`${method} ${path}: ${warning}`);
          }
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const status = answer.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve(text);
            else reject(new KubeError(status, `${method} ${path}: ${status} ${text.slice(0, 500)}`));
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer within 30 s`)));
      call.on('error', reject);
      call.end(payload);
    });
  }
}
