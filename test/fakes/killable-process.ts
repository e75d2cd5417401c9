import { Controller } from '../../src/loop/controller.ts';
import { gatedPorts } from '../../src/simulate/process/gated-ports.ts';
import { ProcessGate } from '../../src/simulate/process/process-gate.ts';
import type { WorldPorts } from '../../src/simulate/world/world-ports.ts';
import { type PolicyChangePoint, PolicyChangePorts } from './policy-change-point.ts';

const NEVER: PolicyChangePoint = { atCall: 0, when: 'before' };

/** A process with the real controller that dies just before, or just after, one of its writes; or never. */
export class KillableProcess {
  /** Names of the writes so far, in their order. */
  readonly calls: readonly string[];
  readonly #end = new AbortController();
  readonly #gate = new ProcessGate(() => this.#end.abort());
  readonly #done: Promise<void>;

  constructor(ports: WorldPorts, { atCall, when } = NEVER) {
    const die = () => this.#gate.dieAtCall(1, when);
    const gated = gatedPorts(ports, this.#gate, () => 0);
    const doomed = new PolicyChangePorts(gated, { atCall, when: 'before' }, die);
    this.calls = doomed.writes;
    this.#done = new Controller(doomed.ports).run(this.#end.signal);
  }

  get hasDied(): boolean {
    return this.#gate.isDead;
  }

  /** Ends it as a signal does; resolves once it has. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#done;
  }
}
