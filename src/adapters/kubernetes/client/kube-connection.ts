import http from 'node:http';
import https from 'node:https';
import type { Clock } from '../../../ports.ts';
import type { KubeAuthentication, KubeCredentials, KubeTls } from './kube-credentials.ts';

/** How long credentials are used before they are read again; service-account tokens live for an hour. */
const CREDENTIALS_TTL_MS = 30_000;
const AGENT_OPTIONS = { keepAlive: true, maxSockets: 64, maxFreeSockets: 8 };

export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

/** Keep-alive connections to one API server, authenticated; a new agent when the server's CA or our certificate changes. */
export class KubeConnection {
  readonly #credentials: KubeCredentials;
  readonly #clock: Clock;
  readonly #base: URL;
  #agent: { readonly fingerprint: string; readonly agent: http.Agent } | undefined;
  #cached: { readonly authentication: KubeAuthentication; readonly atMs: number } | undefined;

  constructor(credentials: KubeCredentials, clock: Clock) {
    this.#credentials = credentials;
    this.#clock = clock;
    this.#base = new URL(credentials.server);
  }

  /** Sends the call and resolves with the response once its headers are there; rejects with the socket's error. */
  async send(call: HttpCall, refresh: boolean): Promise<http.IncomingMessage> {
    const authentication = await this.#authentication(refresh);
    const isTls = this.#base.protocol === 'https:';
    const options: https.RequestOptions = {
      method: call.method,
      hostname: this.#base.hostname.replace(/^\[|\]$/g, ''),
      port: this.#base.port || (isTls ? 443 : 80),
      path: this.#base.pathname.replace(/\/$/, '') + call.path,
      headers: { ...call.headers, ...lengthOf(call.body), ...authentication.headers },
      agent: this.#agentFor(authentication.tls, isTls),
      signal: call.signal,
    };
    return new Promise((resolve, reject) => {
      const request = (isTls ? https : http).request(options, resolve);
      request.on('error', reject);
      request.end(call.body);
    });
  }

  /** Drops all connections; calls in flight fail. */
  close(): void {
    this.#agent?.agent.destroy();
    this.#agent = undefined;
  }

  async #authentication(refresh: boolean): Promise<KubeAuthentication> {
    const now = this.#clock.monotonicMs();
    const cached = this.#cached;
    if (!refresh && cached !== undefined && now - cached.atMs < CREDENTIALS_TTL_MS)
      return cached.authentication;
    const authentication = await this.#credentials.read(refresh);
    this.#cached = { authentication, atMs: now };
    return authentication;
  }

  #agentFor(tls: KubeTls, isTls: boolean): http.Agent {
    const fingerprint = isTls ? JSON.stringify(tls) : '';
    if (this.#agent?.fingerprint === fingerprint) return this.#agent.agent;
    if (this.#agent !== undefined) retire(this.#agent.agent);
    const agent = isTls ? new https.Agent({ ...AGENT_OPTIONS, ...tls }) : new http.Agent(AGENT_OPTIONS);
    this.#agent = { fingerprint, agent };
    return agent;
  }
}

/** Node leaves the length out of a DELETE, and the server would then take the body for the next request. */
function lengthOf(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

/** Closes what is idle; calls in flight end by themselves and then find no room to idle. */
function retire(agent: http.Agent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets ?? []) socket.destroy();
}
