import type { Instance, InstanceState } from '../../src/model/instance.ts';
import type { Offering } from '../../src/model/offering.ts';
import type { CloudFault, CloudFaultClass, LaunchOutcome } from '../../src/model/outcome.ts';
import { type Clock, type Cloud, type LaunchRequest, PortError } from '../../src/ports.ts';
import { anInstance, offerings } from '../builders/fleet.ts';

/** How EC2 treats the next launch call: it makes the instance and loses the answer, or meets a fault and makes none. */
export type LaunchTurn = 'lost-answer' | 'unreachable' | CloudFaultClass;

/** EC2 in memory: a ClientToken makes one instance at most; each call is recorded, faults come as scripted. */
export class RecordingCloud implements Cloud {
  readonly requests: LaunchRequest[] = [];
  readonly launchTurns: LaunchTurn[] = [];
  list: Instance[] = [];
  /** How many calls of a kind still fail for want of an answer. */
  readonly failures = { instances: 0, terminate: 0, stop: 0, console: 0, offerings: 0 };
  readonly startTurns: LaunchTurn[] = [];
  console: string | undefined = undefined;
  catalogue: readonly Offering[] = offerings();
  /** What a terminate call makes of an instance: `running` is an instance that resists. */
  stateAfterTerminate: InstanceState = 'shutting-down';
  readonly #byToken = new Map<string, string>();
  readonly #log: string[];
  readonly #clock: Clock;

  constructor(log: string[], clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  async instances(): Promise<readonly Instance[]> {
    this.#failIfScripted('instances');
    return [...this.list];
  }

  async offerings(): Promise<readonly Offering[]> {
    this.#log.push('offerings');
    this.#failIfScripted('offerings');
    return this.catalogue;
  }

  async launch(request: LaunchRequest): Promise<LaunchOutcome> {
    this.#log.push(`launch ${request.clientToken}`);
    this.requests.push(request);
    const turn = this.launchTurns.shift();
    if (turn === undefined) return { instance: this.#make(request), faults: [] };
    if (turn === 'lost-answer') this.#make(request);
    if (turn === 'lost-answer' || turn === 'unreachable') throw unreachable('launch');
    const fault = {
      class: turn,
      code: `code-${turn}`,
      message: `said ${turn}.`,
      offerings: request.offerings,
    };
    return { instance: undefined, faults: [fault] };
  }

  async terminate(ids: readonly string[]): Promise<void> {
    this.#log.push(`terminate ${ids.join()}`);
    this.#failIfScripted('terminate');
    for (const id of ids) this.move(id, this.stateAfterTerminate);
  }

  /** A started instance is `pending`; a fault leaves it as it is. */
  async start(id: string): Promise<CloudFault | undefined> {
    this.#log.push(`start ${id}`);
    const turn = this.startTurns.shift();
    if (turn === undefined || turn === 'lost-answer') this.move(id, 'pending');
    if (turn === 'lost-answer' || turn === 'unreachable') throw unreachable('start');
    return turn === undefined
      ? undefined
      : { class: turn, code: `code-${turn}`, message: `said ${turn}.`, offerings: [] };
  }

  async stop(id: string): Promise<void> {
    this.#log.push(`stop ${id}`);
    this.#failIfScripted('stop');
    this.move(id, 'stopping');
  }

  async consoleOutput(instanceId: string): Promise<string | undefined> {
    this.#log.push(`console ${instanceId}`);
    this.#failIfScripted('console');
    return this.console;
  }

  /** The instance changes state. */
  move(id: string, state: InstanceState): void {
    this.list = this.list.map((instance) => (instance.id === id ? { ...instance, state } : instance));
  }

  #make(request: LaunchRequest): Instance {
    const known = this.list.find(({ id }) => id === this.#byToken.get(request.clientToken));
    if (known !== undefined) return known;
    const [type = '', zone = '', lifecycle] = (request.offerings[0] ?? '').split('/');
    const made = anInstance({
      id: `i-made-${this.#byToken.size + 1}`,
      type,
      zone,
      lifecycle: lifecycle === 'spot' ? 'spot' : 'on-demand',
      state: 'pending',
      launchedAtMs: this.#clock.now(),
      operationId: request.operationId,
    });
    this.#byToken.set(request.clientToken, made.id);
    this.list.push(made);
    return made;
  }

  #failIfScripted(call: keyof RecordingCloud['failures']): void {
    if (this.failures[call] === 0) return;
    this.failures[call] -= 1;
    throw unreachable(call);
  }
}

function unreachable(call: string): PortError {
  return new PortError(`no answer to ${call}`, { retry: 'transient', code: 'TimeoutError' });
}
