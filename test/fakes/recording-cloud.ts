import { type Instance, type InstanceState, isAlive } from '../../src/model/instance.ts';
import { type Offering, type OfferingKey, offeringKey } from '../../src/model/offering.ts';
import type { CloudFault, CloudFaultClass, LaunchOutcome } from '../../src/model/outcome.ts';
import { TAG } from '../../src/model/tags.ts';
import {
  type Clock,
  type Cloud,
  type LaunchRequest,
  type OfferingQuery,
  PortError,
} from '../../src/ports.ts';
import { anInstance, offerings } from '../builders/fleet.ts';

/** How EC2 treats the next launch call: it makes the instance and loses the answer, or meets a fault and makes none. */
export type ScriptedLaunch = 'lost-answer' | 'unreachable' | CloudFaultClass;

/** EC2 in memory: a ClientToken makes one instance at most; each call is recorded, faults come as scripted. */
export class RecordingCloud implements Cloud {
  readonly requests: LaunchRequest[] = [];
  readonly scriptedLaunches: ScriptedLaunch[] = [];
  list: Instance[] = [];
  /** How many calls of a kind still fail for want of an answer. */
  readonly failures = { instances: 0, terminate: 0, stop: 0, console: 0, offerings: 0 };
  /** Calls that the log leaves out. */
  readonly calls = { instances: 0 };
  readonly scriptedStarts: ScriptedLaunch[] = [];
  console: string | undefined = undefined;
  catalogue: readonly Offering[] = offerings();
  readonly soldOut = new Set<OfferingKey>();
  /** What a terminate call makes of an instance: `running` is an instance that resists. */
  stateAfterTerminate: InstanceState = 'shutting-down';
  readonly #byToken = new Map<string, { readonly id: string; readonly parameters: string }>();
  readonly #log: string[];
  readonly #clock: Clock;

  constructor(log: string[], clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  async instances(): Promise<readonly Instance[]> {
    this.calls.instances += 1;
    this.#failIfScripted('instances');
    return [...this.list];
  }

  async offerings({ types, zones }: OfferingQuery): Promise<readonly Offering[]> {
    this.#log.push('offerings');
    this.#failIfScripted('offerings');
    return this.catalogue.filter(({ type, zone }) => types.includes(type) && zones.includes(zone));
  }

  async launch(request: LaunchRequest): Promise<LaunchOutcome> {
    this.#log.push(`launch ${request.clientToken}`);
    this.requests.push(request);
    const scripted = this.scriptedLaunches.shift();
    if (scripted === undefined) return this.#answer(request);
    if (scripted === 'lost-answer') this.#answer(request);
    if (scripted === 'lost-answer' || scripted === 'unreachable') throw unreachable('launch');
    return { instance: undefined, faults: [faultOf(scripted, request.offerings)] };
  }

  async terminate(ids: readonly string[]): Promise<void> {
    this.#log.push(`terminate ${ids.join()}`);
    this.#failIfScripted('terminate');
    for (const { id, state } of this.list) {
      if (ids.includes(id) && state !== 'terminated') this.move(id, this.stateAfterTerminate);
    }
  }

  /** A started instance is `pending`; a fault leaves it as it is. */
  async start(id: string): Promise<CloudFault | undefined> {
    this.#log.push(`start ${id}`);
    const scripted = this.scriptedStarts.shift();
    if (scripted !== undefined && scripted !== 'lost-answer' && scripted !== 'unreachable')
      return faultOf(scripted, []);
    const fault = scripted === 'unreachable' ? undefined : this.#startNow(id);
    if (scripted !== undefined) throw unreachable('start');
    return fault;
  }

  async stop(id: string): Promise<void> {
    this.#log.push(`stop ${id}`);
    this.#failIfScripted('stop');
    const instance = this.list.find((one) => one.id === id);
    if (instance !== undefined && isAlive(instance)) this.move(id, 'stopping');
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

  #answer(request: LaunchRequest): LaunchOutcome {
    const [first] = request.offerings;
    const parameters = request.offerings.join();
    const before = this.#byToken.get(request.clientToken);
    const known = this.list.find(({ id }) => id === before?.id);
    if (before !== undefined && before.parameters !== parameters)
      return {
        instance: known && isAlive(known) ? known : undefined,
        faults: [faultOf('token-mismatch', [])],
      };
    if (known !== undefined) return { instance: known, faults: [] };
    const asked = request.offerings.filter((key) => isSpot(key) === (first !== undefined && isSpot(first)));
    const offering = asked.find((key) => !this.soldOut.has(key));
    if (offering === undefined) return { instance: undefined, faults: [faultOf('capacity', asked)] };
    const made = this.#make(request, offering);
    this.#byToken.set(request.clientToken, { id: made.id, parameters });
    this.list.push(made);
    return { instance: made, faults: [] };
  }

  #make(request: LaunchRequest, offering: OfferingKey): Instance {
    const [type = '', zone = ''] = offering.split('/');
    return anInstance({
      id: `i-made-${this.#byToken.size + 1}`,
      type,
      zone,
      lifecycle: isSpot(offering) ? 'spot' : 'on-demand',
      state: 'pending',
      launchedAtMs: this.#clock.now(),
      operationId: request.operationId,
      ...(TAG.warmPool in request.tags && { isWarm: true }),
    });
  }

  #startNow(id: string): CloudFault | undefined {
    const instance = this.list.find((one) => one.id === id);
    if (instance === undefined) return faultOf('configuration', []);
    if (isAlive(instance)) return undefined;
    if (instance.state !== 'stopped') return faultOf('transient', []);
    const key = offeringKey(instance);
    if (this.soldOut.has(key)) return faultOf('capacity', [key]);
    this.move(id, 'pending');
    return undefined;
  }

  #failIfScripted(call: keyof RecordingCloud['failures']): void {
    if (this.failures[call] === 0) return;
    this.failures[call] -= 1;
    throw unreachable(call);
  }
}

function isSpot(key: OfferingKey): boolean {
  return key.endsWith('/spot');
}

function faultOf(faultClass: CloudFaultClass, about: readonly OfferingKey[]): CloudFault {
  return { class: faultClass, code: `code-${faultClass}`, message: `said ${faultClass}.`, offerings: about };
}

function unreachable(call: string): PortError {
  return new PortError(`no answer to ${call}`, { retry: 'transient', code: 'TimeoutError' });
}
