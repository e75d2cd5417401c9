import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one machine is doing. */
export interface Load {
  /** CPU in use, 0..100. */
  readonly cpuPercent: number;
  /** Memory in use, 0..100. */
  readonly memoryPercent: number;
}

interface Machine {
  load: Load;
  idleSeconds: number;
  busySeconds: number;
  readAtMs: number;
}

const CPUS = 2;
const MEMORY_BYTES = 2 * 1024 ** 3;

/**
 * Plays the node exporters of all machines at one address, with a `node` label: CPU counters that run as real ones do, and memory gauges.
 * The test says how loaded each machine is.
 */
export class NodeExporters {
  readonly address: string;
  /** What a machine that was not set apart is doing. */
  defaultLoad: Load = { cpuPercent: 50, memoryPercent: 60 };
  readonly #server: Server;
  readonly #machines = new Map<string, Machine>();
  readonly #names: () => readonly string[];

  private constructor(server: Server, names: () => readonly string[]) {
    this.#server = server;
    this.#names = names;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** `names` says which machines have an exporter now. */
  static async start(names: () => readonly string[]): Promise<NodeExporters> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const exporters = new NodeExporters(server, names);
    server.on('request', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(exporters.#exposition());
    });
    return exporters;
  }

  setLoad(name: string, load: Load): void {
    const machine = this.#advance(name);
    machine.load = load;
  }

  /** Every machine, those to come included, does this from now on. */
  setAll(load: Load): void {
    for (const name of this.#names()) this.#advance(name).load = load;
    this.defaultLoad = load;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #advance(name: string): Machine {
    const now = performance.now();
    const machine = this.#machines.get(name) ?? {
      load: this.defaultLoad,
      idleSeconds: 0,
      busySeconds: 0,
      readAtMs: now,
    };
    const passedSeconds = ((now - machine.readAtMs) / 1000) * CPUS;
    machine.busySeconds += (passedSeconds * machine.load.cpuPercent) / 100;
    machine.idleSeconds += (passedSeconds * (100 - machine.load.cpuPercent)) / 100;
    machine.readAtMs = now;
    this.#machines.set(name, machine);
    return machine;
  }

  #exposition(): string {
    const samples: Record<string, string[]> = {};
    const add = (metric: string, labels: string, value: number) => {
      samples[metric] = [...(samples[metric] ?? []), `${metric}{${labels}} ${value}`];
    };
    for (const name of this.#names()) {
      const machine = this.#advance(name);
      for (let cpu = 0; cpu < CPUS; cpu += 1) {
        add('node_cpu_seconds_total', `node="${name}",cpu="${cpu}",mode="idle"`, machine.idleSeconds / CPUS);
        add('node_cpu_seconds_total', `node="${name}",cpu="${cpu}",mode="user"`, machine.busySeconds / CPUS);
      }
      add('node_memory_MemTotal_bytes', `node="${name}"`, MEMORY_BYTES);
      add(
        'node_memory_MemAvailable_bytes',
        `node="${name}"`,
        MEMORY_BYTES * (1 - machine.load.memoryPercent / 100),
      );
    }
    return Object.entries(samples)
      .map(
        ([metric, lines]) =>
          `# TYPE ${metric} ${metric.endsWith('_total') ? 'counter' : 'gauge'}\n${lines.join('\n')}\n`,
      )
      .join('');
  }
}
