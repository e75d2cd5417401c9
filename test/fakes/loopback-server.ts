import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server on a free port of the loopback, for fakes of the systems that adapters talk to. */
export abstract class LoopbackServer {
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#read(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves once it listens. */
  protected listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Answers a request whose whole body has come; one that is never answered hangs, as a dead system does. */
  protected abstract serve(request: IncomingMessage, body: string, response: ServerResponse): void;

  async #read(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    this.serve(request, body, response);
  }
}
