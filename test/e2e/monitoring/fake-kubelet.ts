import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { KUBELET_METRICS } from '../../../charts/scrape-jobs.ts';
import type { KeyPair } from '../harness/certificates.ts';

/** Series that K3s's kubelet shows beside its own, because the whole control plane is one process. */
const FOREIGN = ['apiserver_request_total', 'etcd_request_duration_seconds_sum', 'workqueue_depth'];

/** Plays the metrics of K3s's kubelet over TLS, and shows them only to who has a token. */
export class FakeKubelet {
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Listens on 127.0.0.1; `token` is what a caller must bring. */
  static async start(serving: KeyPair, token: string): Promise<FakeKubelet> {
    const options = { cert: readFileSync(serving.certificate), key: readFileSync(serving.key) };
    const server = createServer(options, (request, response) => {
      if (request.headers.authorization !== `Bearer ${token}`) {
        response.writeHead(401).end();
        return;
      }
      const own = request.url === '/metrics/resource' ? KUBELET_METRICS.resource : KUBELET_METRICS.cadvisor;
      const lines = [...own, ...FOREIGN].map((name) => `${name}{namespace="demo",pod="web"} 1\n`);
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(lines.join(''));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return new FakeKubelet(server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
