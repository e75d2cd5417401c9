import type { Request, Response } from 'express';

const PING_EVERY_MS = 15_000;
/** A client that lets so much pile up is slower than the page changes; it reconnects and gets the state anew. */
const MOST_BUFFERED_BYTES = 1_000_000;

/** Server-sent events to any number of browsers; a slow or gone browser is dropped, never waited for. */
export class EventStream {
  readonly #clients = new Set<Response>();
  readonly #ping: NodeJS.Timeout;

  constructor() {
    this.#ping = setInterval(() => this.#write(': ping\n\n'), PING_EVERY_MS);
    this.#ping.unref();
  }

  /** Takes the request over; `first` is sent at once. */
  open(request: Request, response: Response, first: readonly [event: string, data: unknown][]): void {
    response.set({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    response.write('retry: 1000\n\n');
    for (const [event, data] of first) response.write(frame(event, data));
    this.#clients.add(response);
    request.on('close', () => this.#clients.delete(response));
  }

  get clients(): number {
    return this.#clients.size;
  }

  send(event: string, data: unknown): void {
    if (this.#clients.size > 0) this.#write(frame(event, data));
  }

  close(): void {
    clearInterval(this.#ping);
    for (const client of this.#clients) client.end();
    this.#clients.clear();
  }

  #write(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > MOST_BUFFERED_BYTES) {
        this.#clients.delete(client);
        client.destroy();
      } else {
        client.write(text);
      }
    }
  }
}

function frame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
