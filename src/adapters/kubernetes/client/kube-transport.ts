import type { IncomingMessage } from 'node:http';
import { type Clock, PortError } from '../../../ports.ts';
import { TokenBucket } from '../../../time/token-bucket.ts';
import { KubeApiError } from './kube-api-error.ts';
import { KubeConnection } from './kube-connection.ts';
import type { KubeCredentials } from './kube-credentials.ts';
import { LineSplitter } from './line-splitter.ts';

const CALL_TIMEOUT_MS = 10_000;
/** The rate that controllers in Go start with, too. */
const RATE = { perSecond: 20, burst: 30 };
/** How often one GET is repeated after API Priority and Fairness pushed it back. */
const THROTTLED_RETRIES = 3;
/** Without a `Retry-After` the server means "shortly". */
const DEFAULT_RETRY_AFTER_MS = 1000;

export type KubeQuery = Readonly<Record<string, string | number | boolean | undefined>>;

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the server, such as `/api/v1/nodes/n1`. */
  readonly path: string;
  readonly query?: KubeQuery;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
  readonly signal: AbortSignal;
  /** Deadline of one attempt. @default 10,000 */
  readonly timeoutMs?: number;
  /** How often a GET that was pushed back (429) is repeated after the time the server asks for. @default 3 */
  readonly throttledRetries?: number;
}

export interface KubeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The answer's JSON, `undefined` when it was empty. */
  readonly body: unknown;
}

export interface KubeWatch {
  readonly path: string;
  readonly query: KubeQuery;
  readonly signal: AbortSignal;
  /** Called once the server has accepted the watch. */
  readonly onOpen?: () => void;
  /** Called in order, synchronously, for every line of the stream. */
  readonly onLine: (line: string) => void;
}

/**
 * The Kubernetes API as raw JSON over one pool of connections, without model serializers (they drop the fields they do
 * not know). Throws `KubeApiError` for an error status and `PortError` when no answer came; a 401 rereads the token once.
 */
export class KubeTransport {
  readonly #connection: KubeConnection;
  readonly #bucket: TokenBucket;
  readonly #clock: Clock;

  constructor(credentials: KubeCredentials, clock: Clock, bucket = new TokenBucket(RATE, clock)) {
    this.#connection = new KubeConnection(credentials, clock);
    this.#bucket = bucket;
    this.#clock = clock;
  }

  /** One call and its whole answer. Rate limited; only a GET that was pushed back is ever repeated. */
  async request(request: KubeRequest): Promise<KubeResponse> {
    const retries = request.method === 'GET' ? (request.throttledRetries ?? THROTTLED_RETRIES) : 0;
    for (let attempt = 0; ; attempt += 1) {
      await this.#bucket.take(request.signal);
      try {
        return await this.#attempt(request);
      } catch (error) {
        if (!(error instanceof KubeApiError) || error.status !== 429 || attempt >= retries) throw error;
        await this.#clock.sleep(error.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS, request.signal);
      }
    }
  }

  /** Streams a watch; resolves when the server ends it, throws when it breaks or the signal aborts. Not rate limited. */
  async watch({ path, query, signal, onOpen, onLine }: KubeWatch): Promise<void> {
    const call = { method: 'GET' as const, path, query, signal };
    try {
      const response = await this.#open(call, signal);
      onOpen?.();
      const splitter = new LineSplitter();
      for await (const chunk of response) for (const line of splitter.push(chunk as Buffer)) onLine(line);
    } catch (error) {
      throw asPortError(error, call, { callers: signal });
    }
  }

  /** Drops all connections. */
  close(): void {
    this.#connection.close();
  }

  async #attempt(request: KubeRequest): Promise<KubeResponse> {
    const deadline = AbortSignal.timeout(request.timeoutMs ?? CALL_TIMEOUT_MS);
    const signal = AbortSignal.any([request.signal, deadline]);
    try {
      const response = await this.#open(request, signal);
      const body = parse(await readText(response));
      return { status: response.statusCode ?? 0, headers: response.headers, body };
    } catch (error) {
      throw asPortError(error, request, { callers: request.signal, deadline });
    }
  }

  /** A response whose status is a success; its body is not read yet. */
  async #open(request: KubeRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const call = {
      method: request.method,
      path: request.path + queryString(request.query),
      headers: headersOf(request),
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      signal,
    };
    let response = await this.#connection.send(call, false);
    if (response.statusCode === 401) {
      response.resume();
      response = await this.#connection.send(call, true);
    }
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    const body = parse(await readText(response));
    throw new KubeApiError(nameOf(request), { status, retryAfter: response.headers['retry-after'], body });
  }
}

function nameOf(request: Pick<KubeRequest, 'method' | 'path'>): string {
  return `${request.method} ${request.path}`;
}

function headersOf(request: KubeRequest): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'smartscale' };
  if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json';
  return headers;
}

function queryString(query: KubeQuery = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

async function readText(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  const pieces: string[] = [];
  for await (const piece of response) pieces.push(piece as string);
  return pieces.join('');
}

/** A proxy's error page is not JSON; it is kept as the text it is. */
function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The signal that fired says more than the error: a body cut short by an abort looks like a reset connection. */
function asPortError(
  error: unknown,
  request: Pick<KubeRequest, 'method' | 'path'>,
  signals: { readonly callers: AbortSignal; readonly deadline?: AbortSignal },
): PortError {
  if (error instanceof PortError) return error;
  const name = nameOf(request);
  const fault = (what: string, code: string) =>
    new PortError(`${name}: ${what}`, { retry: 'transient', code, cause: error });
  if (signals.callers.aborted) return fault('given up', 'ABORTED');
  if (signals.deadline?.aborted === true) return fault('no answer in time', 'TIMEOUT');
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'NO_ANSWER';
  return fault(`no answer (${code})`, code);
}
