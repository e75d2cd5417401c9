import { Controller, type ControllerPorts } from '../../src/controller.ts';
import { CONTROLLER_WRITES } from './controller-writes.ts';

export interface Death {
  /** Which write it is, counted from 1. */
  readonly atCall: number;
  readonly when: 'before' | 'after';
}

/** A process with the real controller that dies just before, or just after, one of its writes; or never. */
export class MortalProcess {
  /** Names of the writes so far, in their order. */
  readonly calls: string[] = [];
  readonly done: Promise<void>;
  hasDied = false;
  readonly #end = new AbortController();
  readonly #death: Death | undefined;

  constructor(ports: ControllerPorts, death?: Death) {
    this.#death = death;
    const controller = new Controller({
      ...ports,
      cloud: this.#mortal(ports.cloud, CONTROLLER_WRITES.cloud),
      cluster: this.#mortal(ports.cluster, CONTROLLER_WRITES.cluster),
      ledger: this.#mortal(ports.ledger, CONTROLLER_WRITES.ledger),
    });
    this.done = controller.run(this.#end.signal);
  }

  /** Ends it as a signal does; resolves once it has. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.done;
  }

  #mortal<T extends object>(port: T, writes: readonly string[]): T {
    return new Proxy(port, {
      get: (target, key) => {
        const call: unknown = Reflect.get(target, key);
        if (typeof call !== 'function') return call;
        return (...parameters: readonly unknown[]) => {
          // A dead process makes no call and hears no answer.
          if (this.hasDied) return new Promise(() => undefined);
          const isWrite = writes.includes(String(key));
          if (isWrite) this.calls.push(String(key));
          this.hasDied = isWrite && this.calls.length === this.#death?.atCall;
          if (this.hasDied && this.#death?.when === 'before') return this.#fallSilent();
          const answer: unknown = Reflect.apply(call, target, parameters);
          if (!this.hasDied) return answer;
          // Whatever comes of the call, nobody is left to hear it.
          Promise.resolve(answer).catch(() => undefined);
          return this.#fallSilent();
        };
      },
    });
  }

  #fallSilent(): Promise<never> {
    this.#end.abort();
    return new Promise(() => undefined);
  }
}
