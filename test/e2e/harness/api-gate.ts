import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CallGates, type GatePlace, type HeldCall } from './call-gate.ts';
import { signedPath } from './caller-path.ts';
import type { KeyPair } from './certificates.ts';

/** A call to the API server, before it is passed on. */
export interface ApiCall {
  /** By `performance.now()`. */
  readonly atMs: number;
  /** Which replica made it. */
  readonly caller: string | undefined;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly isWatch: boolean;
}

/**
 * Stands between the autoscaler and the API server and passes everything on, watches too. A test can hold a kind of call there, to
 * change the world or to kill the autoscaler at exactly that point.
 */
export class ApiGate {
  readonly url: string;
  readonly calls: ApiCall[] = [];
  readonly #server: Server;
  readonly #agent: Agent;
  readonly #target: string;
  readonly #before = new CallGates<ApiCall>();
  readonly #after = new CallGates<ApiCall>();

  private constructor(server: Server, agent: Agent, target: string) {
    this.#server = server;
    this.#agent = agent;
    this.#target = target;
    this.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(target: string, caFile: string, serving: KeyPair): Promise<ApiGate> {
    const server = createServer({ key: readFileSync(serving.key), cert: readFileSync(serving.certificate) });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const agent = new Agent({ keepAlive: true, ca: readFileSync(caFile) });
    const gate = new ApiGate(server, agent, target);
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      gate.#serve(incoming, outgoing).catch(() => outgoing.destroy());
    });
    return gate;
  }

  /** Holds evictions before the API server sees them. */
  holdEvictions(): HeldCall {
    return this.hold((call) => call.method === 'POST' && call.path.endsWith('/eviction'), 'before');
  }

  /** Holds calls, from the `nth` that matches on. */
  hold(matches: (call: ApiCall) => boolean, where: GatePlace, nth = 1): HeldCall {
    return (where === 'before' ? this.#before : this.#after).hold(matches, nth);
  }

  /** When the last call of this kind came by. */
  lastCallMs(method: string, pathEnd: string): number | undefined {
    return this.calls.findLast((call) => call.method === method && call.path.endsWith(pathEnd))?.atMs;
  }

  async stop(): Promise<void> {
    this.#before.releaseAll();
    this.#after.releaseAll();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#agent.destroy();
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { caller, path: asked } = signedPath(incoming.url ?? '/');
    const { pathname: path, searchParams } = new URL(asked, this.#target);
    const isWatch = ['1', 'true'].includes(searchParams.get('watch') ?? '');
    const call = { atMs: performance.now(), caller, method: incoming.method ?? 'GET', path, isWatch };
    this.calls.push(call);
    // Read whole before it is held: what a process has sent arrives, even if it dies meanwhile.
    const body = isWatch ? Buffer.alloc(0) : Buffer.concat(await incoming.toArray());
    await this.#before.pass(call);
    const { host: _, ...headers } = incoming.headers;
    const onward = request(
      `${this.#target}${asked}`,
      { method: call.method, headers, agent: this.#agent },
      (answer) => {
        answer.on('error', () => outgoing.destroy());
        void this.#after.pass(call).then(() => {
          if (outgoing.destroyed) return answer.resume();
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          outgoing.flushHeaders();
          return answer.pipe(outgoing);
        });
      },
    );
    onward.on('error', () => outgoing.destroy());
    if (isWatch) outgoing.on('close', () => onward.destroy());
    onward.end(body);
  }
}
