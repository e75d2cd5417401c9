import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A query as Prometheus gets it. */
export interface RecordedQuery {
  readonly path: string;
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
}

/** A reply: a body with a status, a page that is not JSON, or none at all. */
export type Reply =
  | { readonly status?: number; readonly body: unknown }
  | { readonly html: string }
  | 'silence';

/** Prometheus' query API on the loopback; answers by what a query asks for and records it. */
export class FakePrometheus {
  readonly queries: RecordedQuery[] = [];
  /** Decides each reply. */
  reply: (query: RecordedQuery) => Reply = () => ({ body: vector([]) });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<FakePrometheus> {
    const fake = new FakePrometheus();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const query = {
      path: request.url ?? '',
      form: new URLSearchParams(body),
      authorization: request.headers.authorization,
    };
    this.queries.push(query);
    const reply = this.reply(query);
    if (reply === 'silence') return;
    if ('html' in reply) {
      response.writeHead(502, { 'content-type': 'text/html' }).end(reply.html);
      return;
    }
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(reply.body));
  }
}

type Metric = Readonly<Record<string, string>>;

export function matrix(
  series: readonly { readonly metric: Metric; readonly values: readonly (readonly [number, string])[] }[],
): unknown {
  return { status: 'success', data: { resultType: 'matrix', result: series } };
}

export function vector(
  series: readonly { readonly metric: Metric; readonly value: readonly [number, string] }[],
): unknown {
  return { status: 'success', data: { resultType: 'vector', result: series } };
}
