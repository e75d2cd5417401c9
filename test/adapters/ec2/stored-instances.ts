import type { OfferingKey } from '../../../src/model/offering.ts';
import {
  type Answer,
  type FakeEc2,
  fleetXml,
  instancesXml,
  type RecordedCall,
  valuesOf,
} from './fake-ec2.ts';

interface Stored {
  readonly id: string;
  readonly type: string;
  readonly lifecycle: string;
  readonly token: string;
  readonly operation: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly state: string;
}

const ENDS: Readonly<Record<string, string>> = {
  pending: 'running',
  stopping: 'stopped',
  'shutting-down': 'terminated',
};
const NOT_FOUND = { code: 'InvalidInstanceID.NotFound', status: 400 } as const;
const WRONG_STATE = { code: 'IncorrectInstanceState', status: 400 } as const;
const OPERATION_TAG = 'smartscale.dev/operation';

/** The instances of one zone behind a fake EC2: launches by token, states, capacity, and filters of the list. */
export class StoredInstances {
  readonly #zone: string;
  readonly #soldOut = new Set<OfferingKey>();
  /** What each token came with. */
  readonly #calls = new Map<string, string>();
  #instances: readonly Stored[] = [];

  constructor(fake: FakeEc2, zone: string) {
    this.#zone = zone;
    fake
      .handles('CreateFleet', (call) => this.#createFleet(call))
      .handles('DescribeInstances', (call) => this.#describe(call))
      .handles('TerminateInstances', (call) => this.#onEach(call, terminated))
      .handles('StopInstances', (call) => this.#onEach(call, stopped))
      .handles('StartInstances', (call) => this.#onEach(call, (instance) => this.#started(instance)))
      .handles('GetConsoleOutput', () => NOT_FOUND);
  }

  sellOut(offering: OfferingKey): void {
    this.#soldOut.add(offering);
  }

  /** Lets every passing state come to its end. */
  settle(): void {
    this.#instances = this.#instances.map((one) => ({ ...one, state: ENDS[one.state] ?? one.state }));
  }

  #createFleet(call: RecordedCall): Answer {
    const token = call.fields.get('ClientToken') ?? '';
    const parameters = valuesOf(call, /Overrides|Tag/).join();
    if ((this.#calls.get(token) ?? parameters) !== parameters)
      return { code: 'IdempotentParameterMismatch', status: 400 };
    this.#calls.set(token, parameters);
    const known = this.#instances.find((one) => one.token === token);
    if (known !== undefined) return answerOf(known);
    const lifecycle = call.fields.get('TargetCapacitySpecification.DefaultTargetCapacityType') ?? '';
    const types = valuesOf(call, /Overrides\.\d+\.InstanceType$/);
    const isFree = (type: string) => !this.#soldOut.has(`${type}/${this.#zone}/${lifecycle}` as OfferingKey);
    const type = types.find(isFree);
    if (type === undefined) {
      const errors = types.map((one) => ({ code: 'InsufficientInstanceCapacity', type: one }));
      return { xml: fleetXml({ errors }) };
    }
    return answerOf(this.#make({ type, lifecycle, token, ...tagsOf(call) }));
  }

  #make(parts: Omit<Stored, 'id' | 'state'>): Stored {
    const id = `i-${String(this.#instances.length + 1).padStart(17, '0')}`;
    const made = { ...parts, id, state: 'pending' };
    this.#instances = [...this.#instances, made];
    return made;
  }

  #describe(call: RecordedCall): Answer {
    const name = call.fields.get('Filter.1.Name');
    const value = call.fields.get('Filter.1.Value.1');
    const found = this.#instances.filter((one) => {
      if (name === `tag:${OPERATION_TAG}`) return one.operation === value;
      return name === 'client-token' ? one.token === value : true;
    });
    return { xml: instancesXml(found.map((one) => ({ ...one, spot: one.lifecycle === 'spot' }))) };
  }

  /** Nothing changes unless every instance that the call names may change, as EC2 has it. */
  #onEach(call: RecordedCall, change: (instance: Stored) => Stored | Answer): Answer {
    const changed: Stored[] = [];
    for (const id of valuesOf(call, /^InstanceId/)) {
      const instance = this.#instances.find((one) => one.id === id);
      const result = instance === undefined ? NOT_FOUND : change(instance);
      if (typeof result === 'string' || !('id' in result)) return result;
      changed.push(result);
    }
    this.#instances = this.#instances.map((one) => changed.find(({ id }) => id === one.id) ?? one);
    return { xml: '<instancesSet/>' };
  }

  #started(instance: Stored): Stored | Answer {
    if (instance.state === 'running' || instance.state === 'pending') return instance;
    if (instance.state !== 'stopped') return WRONG_STATE;
    const key = `${instance.type}/${this.#zone}/${instance.lifecycle}` as OfferingKey;
    if (this.#soldOut.has(key)) return { code: 'InsufficientInstanceCapacity', status: 500 };
    return { ...instance, state: 'pending' };
  }
}

function terminated(instance: Stored): Stored {
  return instance.state === 'terminated' ? instance : { ...instance, state: 'shutting-down' };
}

function stopped(instance: Stored): Stored | Answer {
  if (instance.state === 'running') return { ...instance, state: 'stopping' };
  return instance.state === 'stopping' || instance.state === 'stopped' ? instance : WRONG_STATE;
}

function answerOf({ id, type }: Stored): Answer {
  return { xml: fleetXml({ instance: { id, type, subnet: 'subnet-a' } }) };
}

/** The tags that the call puts on the instance. */
function tagsOf(call: RecordedCall): Pick<Stored, 'operation' | 'tags'> {
  const keys = valuesOf(call, /TagSpecification\.2\.Tag\.\d+\.Key$/);
  const values = valuesOf(call, /TagSpecification\.2\.Tag\.\d+\.Value$/);
  const all = Object.fromEntries(keys.map((key, at) => [key, values[at] ?? '']));
  const { [OPERATION_TAG]: operation = '', ...tags } = all;
  return { operation, tags };
}
