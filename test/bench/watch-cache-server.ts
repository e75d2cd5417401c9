import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { podText, REPLICAS, replicaSetText } from './watch-cache-pods.ts';

/** An API server with as many pods as it is told, and their ReplicaSets; pages are made before it says where it listens. */
const CHUNK = 500;
const count = Number(process.argv[2]);

const chunks: Buffer[] = [];
for (let from = 0; from < count; from += CHUNK) {
  const length = Math.min(CHUNK, count - from);
  chunks.push(Buffer.from(Array.from({ length }, (_, index) => podText(from + index)).join(',')));
}

const sets = Array.from({ length: Math.ceil(count / REPLICAS) }, (_, index) =>
  replicaSetText(index * REPLICAS),
);

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bench');
  response.writeHead(200, { 'content-type': 'application/json' });
  if (searchParams.get('watch') === 'true') response.flushHeaders();
  else if (pathname.endsWith('/replicasets')) response.end(head() + sets.join(',') + tail(''));
  else if (pathname !== '/api/v1/pods') response.end(head() + tail(''));
  else sendPods(response, searchParams).catch((error: unknown) => response.destroy(error as Error));
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on('disconnect', () => process.exit(0));

async function sendPods(response: ServerResponse, query: URLSearchParams): Promise<void> {
  const from = Number(query.get('continue') ?? 0);
  const pages = query.has('limit') ? Math.ceil(Number(query.get('limit')) / CHUNK) : chunks.length;
  const to = Math.min(chunks.length, from + pages);
  response.write(head());
  for (let page = from; page < to; page += 1) {
    if (page > from) response.write(',');
    if (!response.write(chunks[page])) await once(response, 'drain');
  }
  response.end(tail(to < chunks.length ? String(to) : ''));
}

function head(): string {
  return '{"kind":"PodList","apiVersion":"v1","items":[';
}

function tail(next: string): string {
  return `],"metadata":{"resourceVersion":"1000","continue":"${next}"}}`;
}
