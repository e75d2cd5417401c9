import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from '../../fakes/loopback-server.ts';

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
export class FakePrometheus extends LoopbackServer {
  readonly queries: RecordedQuery[] = [];
  /** Decides each reply. */
  reply: (query: RecordedQuery) => Reply = () => ({ body: vector([]) });

  static async start(): Promise<FakePrometheus> {
    const fake = new FakePrometheus();
    await fake.listen();
    return fake;
  }

  protected override serve(request: IncomingMessage, body: string, response: ServerResponse): void {
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
