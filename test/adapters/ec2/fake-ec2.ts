import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from '../../fakes/loopback-server.ts';

/** One call as EC2 gets it: the action and its form fields. */
export interface RecordedCall {
  readonly action: string;
  readonly fields: URLSearchParams;
}

/** What the fake answers: XML with a status, an error code, a cut connection, or silence. */
export type Answer =
  | { readonly xml: string }
  | { readonly code: string; readonly status: number }
  | 'cut'
  | 'silence';

/** EC2's query protocol on the loopback: answers each action from its script, the last answer for ever, and records calls. */
export class FakeEc2 extends LoopbackServer {
  readonly calls: RecordedCall[] = [];
  readonly #script = new Map<string, Answer[]>();
  readonly #handlers = new Map<string, (call: RecordedCall) => Answer>();

  static async start(): Promise<FakeEc2> {
    const fake = new FakeEc2();
    await fake.listen();
    return fake;
  }

  /** Scripts the answers of an action, first to last. */
  answers(action: string, ...answers: Answer[]): this {
    this.#script.set(action, answers);
    return this;
  }

  /** Answers an action by what a call says. */
  handles(action: string, handler: (call: RecordedCall) => Answer): this {
    this.#handlers.set(action, handler);
    return this;
  }

  callsOf(action: string): readonly RecordedCall[] {
    return this.calls.filter((call) => call.action === action);
  }

  protected override serve(request: IncomingMessage, body: string, response: ServerResponse): void {
    const fields = new URLSearchParams(body);
    const action = fields.get('Action') ?? '';
    const call = { action, fields };
    this.calls.push(call);
    const answer = this.#handlers.get(action)?.(call) ?? this.#scripted(action);
    if (answer === 'silence') return;
    if (answer === 'cut') {
      request.socket.destroy();
      return;
    }
    const isError = 'code' in answer;
    response.writeHead(isError ? answer.status : 200, { 'content-type': 'text/xml' });
    response.end(isError ? errorXml(answer.code) : `<${action}Response>${answer.xml}</${action}Response>`);
  }

  #scripted(action: string): Answer {
    const answers = this.#script.get(action) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return answer ?? { code: 'InvalidAction', status: 400 };
  }
}

/** Values of a numbered list of fields whose names match, in the order in which they were sent. */
export function valuesOf(call: RecordedCall, name: RegExp): readonly string[] {
  return [...call.fields].flatMap(([key, value]) => (name.test(key) ? [value] : []));
}

export function subnetsXml(
  ...subnets: readonly (readonly [id: string, zone: string, free: number])[]
): string {
  const items = subnets.map(
    ([id, zone, free]) =>
      `<item><subnetId>${id}</subnetId><availabilityZone>${zone}</availabilityZone><availableIpAddressCount>${free}</availableIpAddressCount></item>`,
  );
  return `<subnetSet>${items.join('')}</subnetSet>`;
}

export function fleetXml(answer: {
  readonly instance?: { readonly id: string; readonly type: string; readonly subnet: string };
  readonly errors?: readonly { readonly code: string; readonly type?: string; readonly subnet?: string }[];
}): string {
  const overrides = (type = '', subnet = ''): string =>
    type === '' && subnet === ''
      ? ''
      : `<launchTemplateAndOverrides><overrides><instanceType>${type}</instanceType><subnetId>${subnet}</subnetId></overrides></launchTemplateAndOverrides>`;
  const instances =
    answer.instance === undefined
      ? ''
      : `<item>${overrides(answer.instance.type, answer.instance.subnet)}<instanceIds><item>${answer.instance.id}</item></instanceIds><instanceType>${answer.instance.type}</instanceType></item>`;
  const errors = (answer.errors ?? []).map(
    ({ code, type, subnet }) =>
      `<item>${overrides(type, subnet)}<errorCode>${code}</errorCode><errorMessage>said EC2</errorMessage></item>`,
  );
  return `<fleetId>fleet-1</fleetId><errorSet>${errors.join('')}</errorSet><fleetInstanceSet>${instances}</fleetInstanceSet>`;
}

export function instancesXml(
  instances: readonly {
    readonly id: string;
    readonly state?: string;
    readonly operation?: string;
    readonly spot?: boolean;
    readonly stateReason?: string;
    readonly tags?: Readonly<Record<string, string>>;
  }[],
  nextToken = '',
): string {
  const items = instances.map(
    ({ id, state = 'running', operation, spot, stateReason, tags = {} }) =>
      `<item><instanceId>${id}</instanceId><instanceType>t3.small</instanceType><placement><availabilityZone>ap-southeast-1a</availabilityZone></placement>` +
      `<instanceState><code>16</code><name>${state}</name></instanceState><launchTime>2026-11-24T10:00:00.000Z</launchTime>` +
      (spot === true ? '<instanceLifecycle>spot</instanceLifecycle>' : '') +
      (stateReason === undefined
        ? ''
        : `<stateReason><code>${stateReason}</code><message>m</message></stateReason>`) +
      tagSetXml({ ...tags, ...(operation !== undefined && { 'smartscale.dev/operation': operation }) }) +
      '</item>',
  );
  const next = nextToken === '' ? '' : `<nextToken>${nextToken}</nextToken>`;
  return `<reservationSet><item><instancesSet>${items.join('')}</instancesSet></item></reservationSet>${next}`;
}

function tagSetXml(tags: Readonly<Record<string, string>>): string {
  const items = Object.entries(tags).map(
    ([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`,
  );
  return items.length === 0 ? '' : `<tagSet>${items.join('')}</tagSet>`;
}

export function spotXml(
  ...rows: readonly (readonly [type: string, zone: string, price: string, at: string])[]
): string {
  const items = rows.map(
    ([type, zone, price, at]) =>
      `<item><instanceType>${type}</instanceType><productDescription>Linux/UNIX</productDescription><spotPrice>${price}</spotPrice><timestamp>${at}</timestamp><availabilityZone>${zone}</availabilityZone></item>`,
  );
  return `<spotPriceHistorySet>${items.join('')}</spotPriceHistorySet>`;
}

function errorXml(code: string): string {
  return `<Response><Errors><Error><Code>${code}</Code><Message>said EC2</Message></Error></Errors><RequestID>r-1</RequestID></Response>`;
}

/** Spot requests that EC2 has marked. */
export function spotRequestsXml(
  ...requests: { readonly id: string; readonly instance?: string; readonly markedAt?: string }[]
): string {
  const items = requests.map(({ id, instance, markedAt }) => {
    const at = markedAt === undefined ? '' : `<updateTime>${markedAt}</updateTime>`;
    const on = instance === undefined ? '' : `<instanceId>${instance}</instanceId>`;
    return `<item><spotInstanceRequestId>${id}</spotInstanceRequestId>${on}<status><code>marked-for-termination</code>${at}</status></item>`;
  });
  return `<spotInstanceRequestSet>${items.join('')}</spotInstanceRequestSet>`;
}
