import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { PodKey } from './pod-watch.ts';

/** What the scheduler sends its extenders, with `nodeCacheCapable`. */
interface ExtenderArgs {
  readonly Pod: { readonly metadata: { readonly namespace: string; readonly name: string } };
  readonly NodeNames: readonly string[];
}

/**
 * A scheduler extender that leaves a pinned pod only its node. It is asked after the scheduler's own filters and changes
 * nothing about the pod: a node selector would pin as well, but spread constraints count only the nodes that a pod's selector
 * admits, so it would switch off the very rule under test.
 */
export class PinExtender {
  readonly url: string;
  readonly pins = new Map<PodKey, string>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<PinExtender> {
    const server = createServer((request, answer) => void extender.#answer(request, answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const extender = new PinExtender(server);
    return extender;
  }

  /** For `KubeSchedulerConfiguration.extenders`. */
  get configuration(): Readonly<Record<string, unknown>> {
    return { urlPrefix: this.url, filterVerb: 'filter', nodeCacheCapable: true, httpTimeout: '10s' };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const args = JSON.parse(await text(request)) as ExtenderArgs;
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify(this.#filter(args)));
  }

  #filter({ Pod: { metadata }, NodeNames }: ExtenderArgs): unknown {
    const pin = this.pins.get(`${metadata.namespace}/${metadata.name}`);
    if (pin === undefined) return { NodeNames };
    const FailedNodes = Object.fromEntries(
      NodeNames.filter((name) => name !== pin).map((name) => [name, `the pod is pinned to ${pin}`]),
    );
    return { NodeNames: NodeNames.filter((name) => name === pin), FailedNodes };
  }
}
