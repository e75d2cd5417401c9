import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallGates, type GatePlace, type HeldCall } from './call-gate.ts';
import { signedPath } from './caller-path.ts';
import {
  capacityErrors,
  type FleetOverride,
  lifecycleOf,
  overridesOf,
  withOverrides,
} from './fleet-request.ts';

/** One call that an EC2 client made. */
export interface RecordedCall {
  /** When the whole request had arrived, by `performance.now()`. */
  readonly atMs: number;
  /** Which replica made it. */
  readonly caller: string | undefined;
  readonly action: string;
  readonly form: URLSearchParams;
  /** What became of it. `lost`: it happened, the answer was dropped. */
  outcome: 'pending' | 'forwarded' | 'replayed' | 'mismatch' | 'injected' | 'lost';
  status: number;
}

/** Offerings without capacity; an absent field means all. */
export interface Shortage {
  readonly type?: string;
  readonly zone?: string;
  readonly lifecycle?: 'spot' | 'on-demand';
  /** @default InsufficientInstanceCapacity */
  readonly code?: string;
}

/**
 * moto takes milliseconds for each instance that it describes, EC2 does not: an answer is given again for this long. What a test
 * changes behind the proxy's back shows by then.
 */
const DESCRIBED_MS = 5_000;

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Injection {
  readonly action: string;
  readonly answer: Answer | 'lose';
  left: number;
}

/** Calls that EC2 makes idempotent by their ClientToken. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['CreateFleet', 'RunInstances']);
const CHANGES_INSTANCES: ReadonlySet<string> = new Set([
  'CreateFleet',
  'RunInstances',
  'StartInstances',
  'StopInstances',
  'TerminateInstances',
]);

/**
 * Stands between the AWS SDK and moto, and adds what moto lacks: ClientTokens are remembered as EC2 does, capacity runs out, calls are
 * throttled or fail, answers get lost, new instances show up late. Every call is recorded.
 */
export class FaultProxy {
  readonly calls: RecordedCall[] = [];
  readonly url: string;
  /** Instances younger than this are missing from DescribeInstances. */
  describeLagMs = 0;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #target: string;
  readonly #zoneOfSubnet: ReadonlyMap<string, string>;
  readonly #shortages = new Set<Shortage>();
  readonly #injections: Injection[] = [];
  readonly #tokens = new Map<string, { readonly fingerprint: string; readonly answer: Promise<Answer> }>();
  readonly #bornAtMs = new Map<string, number>();
  readonly #before = new CallGates<RecordedCall>();
  readonly #after = new CallGates<RecordedCall>();
  readonly #described = new Map<string, { readonly atMs: number; readonly answer: Promise<Answer> }>();
  readonly #changeListeners = new Set<() => void>();

  private constructor(
    server: Server,
    target: string,
    subnets: readonly { readonly id: string; readonly zone: string }[],
  ) {
    this.#server = server;
    this.#target = target;
    this.#zoneOfSubnet = new Map(subnets.map((subnet) => [subnet.id, subnet.zone]));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(
    target: string,
    subnets: readonly { readonly id: string; readonly zone: string }[],
  ): Promise<FaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const proxy = new FaultProxy(server, target, subnets);
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      proxy.#serve(incoming, outgoing).catch(() => outgoing.destroy());
    });
    return proxy;
  }

  /** Takes capacity away until the returned function is called. */
  runOutOf(shortage: Shortage): () => void {
    this.#shortages.add(shortage);
    return () => this.#shortages.delete(shortage);
  }

  /** The next calls fail with an EC2 error, as if the service had not done them. */
  failNext(action: string, error: { readonly status: number; readonly code: string }, times = 1): void {
    this.#injections.push({
      action,
      answer: { status: error.status, body: errorBody(error.code) },
      left: times,
    });
  }

  throttleNext(action: string, times = 1): void {
    this.failNext(action, { status: 503, code: 'RequestLimitExceeded' }, times);
  }

  /** The next calls happen, but their answers never arrive. */
  loseAnswers(action: string, times = 1): void {
    this.#injections.push({ action, answer: 'lose', left: times });
  }

  /** Holds calls, of one caller or of all, before they happen, or after they happened and before the client hears of it. */
  hold(action: string, where: GatePlace, by?: string): HeldCall {
    return (where === 'before' ? this.#before : this.#after).hold(
      (call) => call.action === action && (by ?? call.caller) === call.caller,
    );
  }

  callsOf(action: string): readonly RecordedCall[] {
    return this.calls.filter((call) => call.action === action);
  }

  /** Calls back after each call that may have changed instances; returns how to stop. */
  onInstancesChanged(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#before.releaseAll();
    this.#after.releaseAll();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#agent.destroy();
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await bodyOf(incoming));
    const action = form.get('Action') ?? 'none';
    const { caller } = signedPath(incoming.url ?? '/');
    const atMs = performance.now();
    const call: RecordedCall = { atMs, caller, action, form, outcome: 'pending', status: 0 };
    this.calls.push(call);
    await this.#before.pass(call);
    const injection = this.#takeInjection(action);
    const answer =
      injection === undefined || injection === 'lose' ? await this.#answer(call, incoming) : injection;
    call.status = answer.status;
    if (CHANGES_INSTANCES.has(action)) {
      this.#described.clear();
      for (const listener of this.#changeListeners) listener();
    }
    if (injection !== undefined) call.outcome = injection === 'lose' ? 'lost' : 'injected';
    await this.#after.pass(call);
    if (injection === 'lose') {
      outgoing.destroy();
      return;
    }
    outgoing.writeHead(answer.status, { 'content-type': 'text/xml;charset=UTF-8' }).end(answer.body);
  }

  async #answer(call: RecordedCall, incoming: IncomingMessage): Promise<Answer> {
    const token = call.form.get('ClientToken');
    if (!IDEMPOTENT.has(call.action) || token === null) {
      call.outcome = 'forwarded';
      return this.#forward(call, incoming);
    }
    const key = `${call.action}/${token}`;
    const fingerprint = fingerprintOf(call.form);
    const known = this.#tokens.get(key);
    if (known !== undefined) {
      call.outcome = known.fingerprint === fingerprint ? 'replayed' : 'mismatch';
      return call.outcome === 'replayed'
        ? known.answer
        : { status: 400, body: errorBody('IdempotentParameterMismatch') };
    }
    const answer = this.#forward(call, incoming);
    this.#tokens.set(key, { fingerprint, answer });
    call.outcome = 'forwarded';
    // A refused call made nothing, so EC2 does not remember its token.
    if ((await answer).status !== 200) this.#tokens.delete(key);
    return answer;
  }

  async #forward(call: RecordedCall, incoming: IncomingMessage): Promise<Answer> {
    if (call.action === 'CreateFleet') return this.#createFleet(call, incoming);
    if (call.action !== 'DescribeInstances') return this.#send(call.form, incoming);
    const answer = await this.#describe(call.form, incoming);
    return { ...answer, body: this.#withoutYoung(answer.body) };
  }

  /** Instances of moto change by calls only, so its last answer stands until the next of them. */
  async #describe(form: URLSearchParams, incoming: IncomingMessage): Promise<Answer> {
    const key = fingerprintOf(form);
    const known = this.#described.get(key);
    if (known !== undefined && performance.now() - known.atMs < DESCRIBED_MS) return known.answer;
    const answer = this.#send(form, incoming);
    this.#described.set(key, { atMs: performance.now(), answer });
    return answer;
  }

  async #createFleet(call: RecordedCall, incoming: IncomingMessage): Promise<Answer> {
    const lifecycle = lifecycleOf(call.form);
    const wanted = overridesOf(call.form, this.#zoneOfSubnet);
    const refused = wanted.filter((override) => this.#shortageOf(override, lifecycle) !== undefined);
    const left = wanted.filter((override) => !refused.includes(override));
    const code =
      refused.map((override) => this.#shortageOf(override, lifecycle)?.code)[0] ??
      'InsufficientInstanceCapacity';
    const errors = `<errorSet>${capacityErrors(refused, lifecycle, code)}</errorSet>`;
    if (wanted.length > 0 && left.length === 0) {
      return {
        status: 200,
        body: `<CreateFleetResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15"><requestId>e2e</requestId><fleetId>fleet-none</fleetId>${errors}<fleetInstanceSet/></CreateFleetResponse>`,
      };
    }
    const answer = await this.#send(
      refused.length === 0 ? call.form : withOverrides(call.form, left),
      incoming,
    );
    for (const id of answer.body.match(/i-[0-9a-f]{8,17}/g) ?? []) this.#bornAtMs.set(id, performance.now());
    return {
      ...answer,
      body: answer.body.replace('</CreateFleetResponse>', `${errors}</CreateFleetResponse>`),
    };
  }

  #shortageOf(override: FleetOverride, lifecycle: string): Shortage | undefined {
    return [...this.#shortages].find(
      (s) =>
        (s.type ?? override.type) === override.type &&
        (s.zone ?? override.zone) === override.zone &&
        (s.lifecycle ?? lifecycle) === lifecycle,
    );
  }

  /** Each of moto's reservations holds one instance, so leaving out whole reservations hides single instances. */
  #withoutYoung(xml: string): string {
    if (this.describeLagMs === 0) return xml;
    const young = [...this.#bornAtMs]
      .filter(([, at]) => performance.now() - at < this.describeLagMs)
      .map(([id]) => id);
    const end = xml.indexOf('</reservationSet>');
    if (young.length === 0 || end < 0) return xml;
    const [head = '', ...reservations] = xml.slice(0, end).split(/(?=<item>\s*<reservationId>)/);
    return head + reservations.filter((r) => !young.some((id) => r.includes(id))).join('') + xml.slice(end);
  }

  #takeInjection(action: string): Injection['answer'] | undefined {
    const injection = this.#injections.find((i) => i.action === action && i.left > 0);
    if (injection === undefined) return undefined;
    injection.left -= 1;
    return injection.answer;
  }

  #send(form: URLSearchParams, incoming: IncomingMessage): Promise<Answer> {
    const payload = form.toString();
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(payload),
      authorization: incoming.headers.authorization ?? '',
    };
    return new Promise((resolve, reject) => {
      const call = request(this.#target, { method: 'POST', agent: this.#agent, headers }, (answer) => {
        bodyOf(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
      });
      call.on('error', reject);
      call.end(payload);
    });
  }
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function fingerprintOf(form: URLSearchParams): string {
  const rest = new URLSearchParams([...form].filter(([name]) => name !== 'ClientToken'));
  rest.sort();
  return rest.toString();
}

function errorBody(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>${code}</Code><Message>${code} (injected by the test)</Message></Error></Errors><RequestID>e2e</RequestID></Response>`;
}
