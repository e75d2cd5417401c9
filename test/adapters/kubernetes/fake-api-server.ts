import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed JSON, `undefined` when there was none. */
  readonly body: unknown;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One watch that a client has opened. */
export class FakeWatch {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly #response: ServerResponse;
  isClosed = false;

  constructor(request: FakeRequest, response: ServerResponse) {
    this.path = request.path;
    this.query = request.query;
    this.headers = request.headers;
    this.#response = response;
    response.on('close', () => {
      this.isClosed = true;
    });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
  }

  send(type: string, object: unknown): void {
    this.#response.write(`${JSON.stringify({ type, object })}\n`);
  }

  /** Bytes as they are, for broken streams. */
  sendRaw(bytes: string | Buffer): void {
    this.#response.write(bytes);
  }

  end(): void {
    this.#response.end();
  }

  /** Breaks the connection without an end. */
  reset(): void {
    this.#response.destroy();
  }
}

/** An API server on loopback, plain HTTP, that records what it is asked and answers what a test says. */
export class FakeApiServer {
  readonly requests: FakeRequest[] = [];
  readonly watches: FakeWatch[] = [];
  /** Answers everything but watches; may be exchanged at any time. `hang` never answers. */
  answer: (request: FakeRequest) => FakeAnswer | 'hang' | 'reset' = () => ({ status: 404 });
  /** Refuses watches when it gives an answer. */
  refuseWatch: (request: FakeRequest) => FakeAnswer | undefined = () => undefined;
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<FakeApiServer> {
    const fake = new FakeApiServer();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open now. */
  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Requests that were not watches. */
  get calls(): readonly FakeRequest[] {
    return this.requests.filter((request) => request.query.get('watch') !== 'true');
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(incoming: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://fake');
      const text = Buffer.concat(pieces).toString();
      const request: FakeRequest = {
        method: incoming.method ?? 'GET',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      this.requests.push(request);
      this.#reply(request, response);
    });
  }

  #reply(request: FakeRequest, response: ServerResponse): void {
    const isWatch = request.query.get('watch') === 'true';
    const answer = isWatch ? this.refuseWatch(request) : this.answer(request);
    if (answer === undefined) this.watches.push(new FakeWatch(request, response));
    else if (answer === 'reset') response.destroy();
    else if (answer !== 'hang') {
      const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
      response
        .writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
        .end(body);
    }
  }
}

/** The API server's answer when it refuses. */
export function refusal(status: number, reason: string, more: Partial<FakeAnswer> = {}): FakeAnswer {
  return { status, body: { kind: 'Status', code: status, reason, message: `refused: ${reason}` }, ...more };
}
