import type { ControllerPorts } from '../../src/loop/controller.ts';
import { CONTROLLER_WRITES } from './controller-writes.ts';

export interface PolicyChangePoint {
  /** Which write it is, counted from 1. */
  readonly atCall: number;
  /** Before the call is made, or once its answer is there. */
  readonly when: 'before' | 'after';
}

/** Ports through which something happens at one of the controller's writes. */
export class PolicyChangePorts {
  readonly ports: ControllerPorts;
  /** Names of the writes so far, in their order. */
  readonly writes: string[] = [];
  hasTurned = false;
  readonly #point: PolicyChangePoint;
  readonly #turn: () => void;

  constructor(ports: ControllerPorts, point: PolicyChangePoint, change: () => void) {
    this.#point = point;
    this.#turn = change;
    this.ports = {
      ...ports,
      cloud: this.#watched(ports.cloud, CONTROLLER_WRITES.cloud),
      cluster: this.#watched(ports.cluster, CONTROLLER_WRITES.cluster),
      ledger: this.#watched(ports.ledger, CONTROLLER_WRITES.ledger),
    };
  }

  #watched<T extends object>(port: T, writes: readonly string[]): T {
    return new Proxy(port, {
      get: (target, key) => {
        const call: unknown = Reflect.get(target, key);
        if (typeof call !== 'function' || !writes.includes(String(key))) return bound(call, target);
        return async (...parameters: readonly unknown[]) => {
          this.writes.push(String(key));
          const isHere = this.writes.length === this.#point.atCall;
          if (isHere && this.#point.when === 'before') this.#happen();
          const answer: unknown = await Reflect.apply(call, target, parameters);
          if (isHere && this.#point.when === 'after') this.#happen();
          return answer;
        };
      },
    });
  }

  #happen(): void {
    this.hasTurned = true;
    this.#turn();
  }
}

function bound(value: unknown, target: object): unknown {
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}
