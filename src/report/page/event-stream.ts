import type { Writable } from 'node:stream';
import type { Request, Response } from 'express';

const PING_EVERY_MS = 15_000;
/** Beyond a whole view, what may wait for one client. Past it the client gets no more until it has read all that waits. */
const MAX_BUFFERED_BYTES = 1_000_000;

interface Client {
  readonly to: Writable;
  /** More than this may not wait: what was on its way when the client was last brought up to date comes in addition. */
  limitBytes: number;
  /** It reads too slowly, and misses what is sent. */
  isBehind: boolean;
  /** It was behind at the last ping. */
  isStalled: boolean;
}

/**
 * Server-sent events to any number of browsers. Each begins with the present as a whole; one that reads too slowly misses events, and
 * gets the whole again once it has read what waits for it. One that reads nothing between two pings is cut off. Nobody is waited for.
 */
export class EventStream {
  readonly #clients = new Set<Client>();
  readonly #ping: NodeJS.Timeout;
  readonly #whole: () => string;

  /** `whole` gives the frames that bring a client up to date. */
  constructor(whole: () => string) {
    this.#whole = whole;
    this.#ping = setInterval(() => this.ping(), PING_EVERY_MS);
    this.#ping.unref();
  }

  /** Takes the request over. */
  open(request: Request, response: Response): void {
    response.set({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    const leave = this.add(response);
    request.on('close', leave);
  }

  /** Begins to write to a client; returns how to stop. */
  add(to: Writable): () => void {
    const client: Client = { to, limitBytes: 0, isBehind: false, isStalled: false };
    to.write('retry: 1000\n\n');
    to.on('drain', () => {
      if (client.isBehind) this.#bringUpToDate(client);
    });
    this.#bringUpToDate(client);
    this.#clients.add(client);
    return () => void this.#clients.delete(client);
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Writes a frame to all who keep up. */
  send(text: string): void {
    for (const client of this.#clients) {
      if (client.isBehind) continue;
      if (client.to.writableLength > client.limitBytes) client.isBehind = true;
      else client.to.write(text);
    }
  }

  /** Keeps connections open, and cuts those off that read nothing since the last ping. */
  ping(): void {
    for (const client of this.#clients) {
      if (client.isBehind && client.isStalled) {
        this.#clients.delete(client);
        client.to.destroy();
      }
      client.isStalled = client.isBehind;
    }
    this.send(': ping\n\n');
  }

  close(): void {
    clearInterval(this.#ping);
    for (const { to } of this.#clients) to.end();
    this.#clients.clear();
  }

  #bringUpToDate(client: Client): void {
    client.isBehind = false;
    client.isStalled = false;
    client.to.write(this.#whole());
    client.limitBytes = client.to.writableLength + MAX_BUFFERED_BYTES;
  }
}

/** One event as the wire carries it. */
export function eventFrame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
