import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { anonymousCredentials } from '../../../src/adapters/kubernetes/client/kube-credentials.ts';
import { KubeTransport } from '../../../src/adapters/kubernetes/client/kube-transport.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';

export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An API server on the loopback that answers as a test scripts it and remembers what it was asked. */
export class RecordingApiServer {
  readonly calls: RecordedCall[] = [];
  readonly transport: KubeTransport;
  readonly url: string;
  readonly #server: http.Server;

  private constructor(server: http.Server) {
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}`;
    this.transport = new KubeTransport(anonymousCredentials(this.url), new SteppedClock());
  }

  static async start(answer: (call: RecordedCall) => Answer | Promise<Answer>): Promise<RecordingApiServer> {
    const server = http.createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        const call = {
          method: request.method ?? '',
          path: request.url ?? '',
          contentType: request.headers['content-type'],
          body: isJson(request.headers['content-type']) ? (JSON.parse(text) as unknown) : undefined,
        };
        started.calls.push(call);
        void send(response, answer(call));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const started = new RecordingApiServer(server);
    return started;
  }

  /** The calls of one method, in their order. */
  made(method: string): readonly RecordedCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  async close(): Promise<void> {
    this.transport.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A server-side apply says YAML, which JSON is. */
function isJson(contentType: string | undefined): boolean {
  return /json|yaml/.test(contentType ?? '');
}

/** The `Status` that an API server refuses a call with. */
export function refusal(
  code: number,
  parts: { reason?: string; message?: string; details?: object } = {},
): Answer {
  const { reason, message = 'refused', details } = parts;
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details },
  };
}

async function send(response: http.ServerResponse, answer: Answer | Promise<Answer>): Promise<void> {
  const { status, headers, body } = await answer;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? undefined : `${JSON.stringify(body)}\n`);
}
